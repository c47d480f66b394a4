//go:build linux

package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	bench "github.com/shmring/ipc/cmd/shmbench/command"
	tool "github.com/shmring/ipc/cmd/shmring/command"
	"github.com/shmring/ipc/shmring"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"shmring":  func() { os.Exit(tool.Main()) },
		"shmbench": func() { os.Exit(bench.Main()) },
		"halfway":  halfway,
		"noise":    noise,
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TMPDIR", e.WorkDir)
			// Under the race detector every process would sleep for a second at its end.
			e.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
			// A script that failed would wait for a stopped program for ever.
			rescue := time.AfterFunc(patience+5*time.Second, func() { killStopped(filepath.Join(e.WorkDir, "pid")) })
			t.Cleanup(func() { rescue.Stop() })
			return os.Mkdir(filepath.Join(e.WorkDir, "dir"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"until": until, "samefiles": sameFiles,
		},
	})
}

// halfway is a program that claims room in the ring dir/feed, fills half of it, and then does what its
// argument says: stop, as by SIGSTOP, or die, as by SIGKILL.
func halfway() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	s, err := shmring.OpenOrCreate("feed", shmring.WithDir("dir"), shmring.WithKind(shmring.MPSC))
	fail(err)
	p, err := s.Producer()
	fail(err)
	fail(p.Send(context.Background(), []byte("whole")))
	r, err := p.Reserve(context.Background(), 100)
	fail(err)
	copy(r.Bytes(), "half")
	// The signal may reach another thread first: this one goes on only when the process was told to.
	goOn := make(chan os.Signal, 1)
	signal.Notify(goOn, syscall.SIGCONT)
	fail(syscall.Kill(os.Getpid(), map[string]syscall.Signal{"stop": syscall.SIGSTOP, "die": syscall.SIGKILL}[os.Args[1]]))
	<-goOn
	fail(r.Commit())
	fail(p.Close())
}

// noise writes as many bytes that look like nothing as its second argument says, of the kind that its
// first one says.
func noise() {
	var seed, n uint64
	if _, err := fmt.Sscan(os.Args[1]+" "+os.Args[2], &seed, &n); err != nil {
		panic(err)
	}
	b := make([]byte, n)
	for i := range b {
		seed = seed*6364136223846793005 + 1442695040888963407
		b[i] = byte(seed >> 56)
	}
	if _, err := os.Stdout.Write(b); err != nil {
		os.Exit(1)
	}
}

// patience bounds the waits of scripts that fail.
const patience = 20 * time.Second

// killStopped kills the process whose number is in the file, if there is such a file.
func killStopped(path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		return
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && pid > 1 {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

// until TEXT COMMAND... repeats the command until it succeeds and prints the text.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until text command...")
	}
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if err := ts.Exec(args[1], args[2:]...); err == nil && strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
		if time.Since(begun) > patience {
			ts.Fatalf("%q never printed %q, but %s", args[1:], args[0], ts.ReadFile("stdout"))
		}
	}
}

// samefiles DIR FILE... fails unless the files of the directory hold just what the named ones do, in any order.
func sameFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: samefiles dir file...")
	}
	want := map[string]string{}
	for _, name := range args[1:] {
		want[ts.ReadFile(name)] = name
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, e := range entries {
		content := ts.ReadFile(filepath.Join(args[0], e.Name()))
		if want[content] == "" {
			ts.Fatalf("%s holds %d bytes of none of %v", e.Name(), len(content), args[1:])
		}
		delete(want, content)
	}
	if len(want) > 0 {
		ts.Fatalf("%v are missing", want)
	}
}

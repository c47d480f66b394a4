// Package child makes a test binary its own second process: started again, with the folder where the two meet in
// the environment, it serves there until its standard input ends.
package child

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// dirVar names the folder, and only the second process has it.
const dirVar = "SHMRING_TEST_CHILD_DIR"

// Main is what a TestMain calls: in the second process it runs serve, in the first the tests.
func Main(m *testing.M, serve func(dir string) error) {
	dir := os.Getenv(dirVar)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := serve(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Process is the second process as the first sees it.
type Process struct {
	Dir string         // where the two meet
	In  io.WriteCloser // its standard input
	Out io.Reader      // its standard output
}

// Start starts the second process, with env beside this one's environment. It ends with the test, which fails
// if it does not end well.
func Start(tb testing.TB, env ...string) Process {
	tb.Helper()
	p := Process{Dir: tb.TempDir()}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), dirVar+"="+p.Dir), env...)
	cmd.Stderr = os.Stderr
	var err error
	if p.In, err = cmd.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	if p.Out, err = cmd.StdoutPipe(); err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.In.Close()
		if err := cmd.Wait(); err != nil {
			tb.Errorf("the second process: %v", err)
		}
	})
	return p
}

// Accept gives every connection that accept returns a goroutine that runs serve, until accept fails.
func Accept[C any](accept func() (C, error), serve func(C)) {
	for {
		c, err := accept()
		if err != nil {
			return
		}
		go serve(c)
	}
}

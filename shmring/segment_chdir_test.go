package shmring

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// absent fails for each file that is there.
func absent(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

func TestPathsAreResolvedWhenTheyAreGiven(t *testing.T) {
	dir, elsewhere := memoryDir(t), memoryDir(t)
	t.Chdir(dir)
	must(t, os.WriteFile(".old.shmring.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", nil, 0o600))
	s, err := Create("feed", WithDir("."))
	must(t, err)
	defer s.Close()
	again, err := Open("feed", WithDir("."), WithReadOnly())
	must(t, err)
	defer again.Close()
	infos, err := List(WithDir("."))
	must(t, err)
	stale, err := StaleFiles(WithDir("."))
	must(t, err)

	t.Chdir(elsewhere)
	path := filepath.Join(dir, "feed"+suffix)
	if len(infos) != 1 {
		t.Fatalf("got %d segments, want 1", len(infos))
	}
	for _, got := range []string{s.Info().Path, again.Info().Path, infos[0].Path} {
		if got != path {
			t.Errorf("got %s, want %s", got, path)
		}
	}
	if want := []string{filepath.Join(dir, ".old.shmring.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp")}; !slices.Equal(stale, want) {
		t.Errorf("got %v, want %v", stale, want)
	}
	must(t, RemoveStaleFile(stale[0]))
	absent(t, stale[0])
	p, c := pair(t, s)
	must(t, p.TrySend([]byte("through")))
	if got, err := c.TryRecv(nil); err != nil || string(got) != "through" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAListenerRemovesItsFilesFromWhereverItIs(t *testing.T) {
	for name, c := range map[string]struct {
		opts []Option
		file string
	}{
		"WithDir":    {[]Option{WithDir(".")}, "meet.sock"},
		"WithSocket": {[]Option{WithSocket("./here.sock")}, "here.sock"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, elsewhere := memoryDir(t), memoryDir(t)
			t.Chdir(dir)
			l, err := Listen("meet", c.opts...)
			must(t, err)
			t.Chdir(elsewhere)
			path := filepath.Join(dir, c.file)
			if got := l.Addr().String(); got != path {
				t.Errorf("the address is %s, want %s", got, path)
			}
			conn, err := Dial(soon(t), "meet", WithSocket(l.Addr().String()))
			must(t, err)
			must(t, conn.Close())
			must(t, l.Close())
			absent(t, path, path+lockSuffix)
		})
	}
}

// The system limits the path that it is given, which may be shorter than the absolute one.
func TestARelativeSocketMayLieInADirectoryWhosePathIsTooLong(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it resolves the path before it looks at the length")
	}
	dir, elsewhere := filepath.Join(memoryDir(t), strings.Repeat("d", 100)), memoryDir(t)
	must(t, os.Mkdir(dir, 0o700))
	t.Chdir(dir)
	l, err := Listen("meet", WithSocket("s"))
	must(t, err)
	conn, err := Dial(soon(t), "meet", WithSocket("s"))
	must(t, err)
	must(t, conn.Close())
	t.Chdir(elsewhere)
	must(t, l.Close())
	absent(t, filepath.Join(dir, "s"), filepath.Join(dir, "s"+lockSuffix))
}

package lease

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// The test binary runs again as a process that takes a lease and waits to be killed.
const holderKey = "LEASE_TEST_HOLD"

func TestMain(m *testing.M) {
	path := os.Getenv(holderKey)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := hold(path); err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(1)
	}
}

func hold(path string) error {
	m, err := shm.Open(path, shm.OpenFlags{})
	if err != nil {
		return err
	}
	table, err := Files(m)
	if err != nil {
		return err
	}
	l, err := table.Acquire(7)
	if err != nil {
		return err
	}
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadByte() // until the end of the parent, at the latest
	runtime.KeepAlive(l)
	return nil
}

func segment(t *testing.T) (path string) {
	t.Helper()
	dir, err := os.MkdirTemp(shm.DefaultDir(), "leasetest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "feed")
	m, err := shm.Create(path, 4096, 0o600, func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	m.Unmap()
	return path
}

// handle opens the segment once more and returns its table.
func handle(t *testing.T, path string, flags shm.OpenFlags) Table {
	t.Helper()
	m, err := shm.Open(path, flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Unmap() })
	table, err := Files(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

func TestFileLeasesExcludeEachOther(t *testing.T) {
	t.Run("one handle", func(t *testing.T) {
		table := handle(t, segment(t), shm.OpenFlags{})
		testTable(t, table, table)
		mustBeClosed(t, table)
	})
	t.Run("two handles", func(t *testing.T) {
		path := segment(t)
		testTable(t, handle(t, path, shm.OpenFlags{}), handle(t, path, shm.OpenFlags{}))
	})
	t.Run("memfd", func(t *testing.T) {
		m, err := shm.Memfd("feed", 4096, func([]byte) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		defer m.Unmap()
		o, err := shm.FromFile(m.File(), shm.OpenFlags{})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Unmap()
		a, err := Files(m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Files(o)
		if err != nil {
			t.Fatal(err)
		}
		testTable(t, a, b)
	})
}

func TestClosingOtherDescriptorsOfTheFileKeepsTheLease(t *testing.T) {
	path := segment(t)
	table := handle(t, path, shm.OpenFlags{})
	l, err := table.Acquire(1)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	m, err := shm.Open(path, shm.OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	m.Unmap()
	if held, err := table.Held(1); !held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
}

func TestAReadOnlyMappingCanProbe(t *testing.T) {
	path := segment(t)
	l, err := handle(t, path, shm.OpenFlags{}).Acquire(1)
	if err != nil {
		t.Fatal(err)
	}
	looker := handle(t, path, shm.OpenFlags{ReadOnly: true})
	if held, err := looker.Held(1); !held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if held, err := looker.Held(1); held || err != nil {
		t.Errorf("released: held %v, %v", held, err)
	}
}

func TestANegativeByteIsAnError(t *testing.T) {
	table := handle(t, segment(t), shm.OpenFlags{})
	if _, err := table.Acquire(-1); err == nil {
		t.Error("acquired")
	}
	if _, err := table.Held(-1); err == nil {
		t.Error("probed")
	}
}

func TestTheLeaseOfAKilledProcessIsFreeWhileItIsAZombie(t *testing.T) {
	path := segment(t)
	table := handle(t, path, shm.OpenFlags{})
	for range 10 {
		cmd, out := startHolder(t, path)
		if held, err := table.Held(7); !held || err != nil {
			t.Fatalf("alive: held %v, %v; child says %q", held, err, out)
		}
		if _, err := table.Acquire(7); err == nil {
			t.Fatal("acquired a living process's lease")
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// Wait for its death without reaping it: it stays a zombie.
		if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(cmd.Process.Pid, 0); err != nil {
			t.Fatalf("not a zombie: %v", err)
		}
		if held, err := table.Held(7); held || err != nil {
			t.Errorf("dead: held %v, %v", held, err)
		}
		l, err := table.Acquire(7)
		if err != nil {
			t.Fatalf("dead: %v", err)
		}
		if err := l.Release(); err != nil {
			t.Error(err)
		}
		cmd.Wait()
	}
}

func TestAStoppedProcessKeepsItsLease(t *testing.T) {
	path := segment(t)
	table := handle(t, path, shm.OpenFlags{})
	cmd, _ := startHolder(t, path)
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WSTOPPED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	if held, err := table.Held(7); !held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if held, err := table.Held(7); held || err != nil {
		t.Errorf("killed: held %v, %v", held, err)
	}
}

func TestAProcessStartedMeanwhileDoesNotInheritTheLease(t *testing.T) {
	table := handle(t, segment(t), shm.OpenFlags{})
	l, err := table.Acquire(1)
	if err != nil {
		t.Fatal(err)
	}
	cmd, _ := startHolder(t, segment(t))
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	// Without an explicit unlock: a copy of the descriptor would keep the lock.
	l.(*fileLease).file.Close()
	if held, err := table.Held(1); held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
}

func startHolder(t *testing.T, path string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(exe)
	cmd.Env = append(os.Environ(), holderKey+"="+path)
	stderr = new(bytes.Buffer)
	cmd.Stderr = stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "held\n" || err != nil {
		t.Fatalf("child says %q, %v", line, err)
	}
	return cmd, stderr
}

func TestHeldDoesNotAllocate(t *testing.T) {
	local := Local()
	for name, table := range map[string]Table{"file": handle(t, segment(t), shm.OpenFlags{}), "local": local} {
		if n := testing.AllocsPerRun(100, func() {
			if held, err := table.Held(3); held || err != nil {
				t.Errorf("held %v, %v", held, err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkHeld(b *testing.B) {
	dir := b.TempDir()
	m, err := shm.Create(filepath.Join(dir, "feed"), 4096, 0o600, func([]byte) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	defer m.Unmap()
	table, err := Files(m)
	if err != nil {
		b.Fatal(err)
	}
	defer table.Close()
	for b.Loop() {
		if _, err := table.Held(3); err != nil {
			b.Fatal(err)
		}
	}
}

func TestALeaseThatIsForgottenIsHeldAllTheSame(t *testing.T) {
	table := handle(t, segment(t), shm.OpenFlags{})
	func() {
		if _, err := table.Acquire(1); err != nil {
			t.Fatal(err)
		}
	}()
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond) // finalizers have a goroutine of their own
	}
	if held, err := table.Held(1); !held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
}

func TestAReleasedLeaseIsNotKept(t *testing.T) {
	table := handle(t, segment(t), shm.OpenFlags{})
	l, err := table.Acquire(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, is := kept.Load(l); !is {
		t.Error("a lease that is held can be collected")
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, is := kept.Load(l); is {
		t.Error("a lease that was released is kept")
	}
}

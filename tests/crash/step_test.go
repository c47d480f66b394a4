//go:build linux && !shmring_hooks

package crash

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

func roles() map[string]func(segment string) error {
	return map[string]func(string) error{"step": stepped, "hold": hold}
}

// The main goroutine of a child that is stepped stays on the main thread, the one that is traced.
func init() {
	if os.Getenv(roleKey) == "step" {
		runtime.LockOSThread()
	}
}

// stepped is a child that shows its tracer, by a signal to itself before and after, where its send is.
func stepped(name string) error {
	seg, err := shmring.Open(name)
	if err != nil {
		return err
	}
	p, err := seg.Producer()
	if err != nil {
		return err
	}
	ctx, b := context.Background(), message(1, 1)
	for range 2 {
		if err := p.Send(ctx, bulk()); err != nil {
			return err
		}
	}
	pid, tid := uintptr(syscall.Getpid()), uintptr(syscall.Gettid())
	time.Sleep(time.Millisecond) // a fresh time slice: the scheduler leaves the send alone
	syscall.RawSyscall(syscall.SYS_TGKILL, pid, tid, uintptr(syscall.SIGUSR1))
	err = p.Send(ctx, b)
	syscall.RawSyscall(syscall.SYS_TGKILL, pid, tid, uintptr(syscall.SIGUSR1))
	if err == nil {
		tell(sent, 1, 1)
	}
	return err
}

func TestSenderKilledAtEveryInstruction(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector's own instructions differ from run to run, and are not the ones that ship")
	}
	runtime.LockOSThread() // only the thread that started a child can trace it
	defer runtime.UnlockOSThread()
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			path := wholePath(t, kind)
			stride := max(1, len(path)/40)
			if long() {
				stride = 1
			}
			before, deaths, detours := 0, 0, 0
			for n := 0; n < len(path) && !t.Failed(); n += stride {
				way, got := stepTo(t, kind, n)
				for way[len(way)-1] != path[n] { // the scheduler came between: n instructions are not these n
					if detours++; detours > len(path) {
						t.Fatalf("%d of %d runs went another way than the first", detours, detours+deaths)
					}
					way, got = stepTo(t, kind, n)
				}
				if got < before {
					t.Errorf("killed after instruction %d, at %#x, it delivers nothing, after an earlier one it does", n, path[n])
				}
				before = got
				deaths++
			}
			t.Logf("%d instructions, killed after %d of them; %d runs repeated because they took a detour", len(path)-1, deaths, detours)
		})
	}
}

// wholePath returns the program counters of a whole send, as two runs agree on them.
func wholePath(t *testing.T, kind shmring.Kind) []uint64 {
	t.Helper()
	var last []uint64
	for range 20 {
		path, delivered := stepTo(t, kind, 1<<20)
		if delivered != 1 {
			t.Fatalf("stepped to its end, a send delivers %d records", delivered)
		}
		if slices.Equal(path, last) {
			return path
		}
		last = path
	}
	t.Fatal("no two sends took the same way")
	return nil
}

// stepTo has a child killed after n instructions from the first signal, or at the second if that comes before.
// It returns the program counters before the first instruction and after each, and how many records arrived.
func stepTo(t *testing.T, kind shmring.Kind, n int) (path []uint64, delivered int) {
	t.Helper()
	seg, name := segment(t, kind, 3, shmring.WithCapacity(4096), shmring.WithMaxRecord(2048))
	c, err := seg.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	ch := startAs(t, &syscall.SysProcAttr{Ptrace: true}, "step", name, "GODEBUG=asyncpreemptoff=1", "GOGC=off")
	pid := ch.cmd.Process.Pid
	if s := waitStop(t, pid); s != syscall.SIGTRAP { // the exec
		t.Skip("ptrace is refused: the child did not stop at its exec but for ", s)
	}
	must := func(err error) {
		if err != nil {
			t.Fatalf("ptrace: %v", err)
		}
	}
	must(syscall.PtraceCont(pid, 0))
	for s := waitStop(t, pid); s != syscall.SIGUSR1; s = waitStop(t, pid) {
		must(syscall.PtraceCont(pid, int(s)))
	}
	look := func() {
		var regs syscall.PtraceRegs
		must(syscall.PtraceGetRegs(pid, &regs))
		path = append(path, regs.PC())
	}
	look()
	for len(path) <= n {
		must(syscall.PtraceSingleStep(pid))
		if waitStop(t, pid) == syscall.SIGUSR1 {
			break
		}
		look()
	}
	ch.kill()
	receiveBulk(t, c, 2)
	delivered = rest(t, seg, c)
	seg.Close()
	shmring.Remove(name)
	return path, delivered
}

// waitStop waits until the traced thread stops and says for which signal.
func waitStop(t *testing.T, pid int) syscall.Signal {
	t.Helper()
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(pid, &status, syscall.WALL, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || !status.Stopped() {
			t.Fatal(fmt.Errorf("waiting for the traced child: %w, status %#x", err, status))
		}
		return status.StopSignal()
	}
}

package futex

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary runs again as the other player of a game over a shared word.
const playerKey = "FUTEX_TEST_PLAYER"

func TestMain(m *testing.M) {
	if os.Getenv(playerKey) == "" {
		os.Exit(m.Run())
	}
	word, err := sharedWord(os.NewFile(3, "word"))
	if err != nil {
		panic(err)
	}
	play(word, 1)
}

const rounds = 2000

// play waits for the word to have the parity of its side, and adds one, rounds times.
func play(word *uint32, side uint32) {
	for range rounds {
		for {
			v := atomic.LoadUint32(word)
			if v%2 == side {
				break
			}
			if err := Wait(word, v, 0); err != nil {
				panic(err)
			}
		}
		atomic.AddUint32(word, 1)
		Wake(word, 1)
	}
}

func sharedFile(t *testing.T) *os.File {
	t.Helper()
	fd, err := unix.MemfdCreate("word", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "word")
	t.Cleanup(func() { file.Close() })
	if err := file.Truncate(4096); err != nil {
		t.Fatal(err)
	}
	return file
}

func mapShared(file *os.File) ([]byte, error) {
	return unix.Mmap(int(file.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func TestTwoProcessesWakeEachOther(t *testing.T) {
	file := sharedFile(t)
	word, err := sharedWord(file)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), playerKey+"=1")
	cmd.ExtraFiles = []*os.File{file}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	play(word, 0)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := atomic.LoadUint32(word); got != 2*rounds {
		t.Errorf("word is %d, want %d", got, 2*rounds)
	}
}

func TestTwoMappingsOfOnePageWakeEachOther(t *testing.T) {
	file := sharedFile(t)
	a, err := sharedWord(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := sharedWord(file)
	if err != nil {
		t.Fatal(err)
	}
	if a == b {
		t.Fatal("the mappings are one")
	}
	var wg sync.WaitGroup
	wg.Go(func() { play(a, 0) })
	wg.Go(func() { play(b, 1) })
	wg.Wait()
}

func TestGoroutinesWakeEachOtherThroughHeapMemory(t *testing.T) {
	for _, procs := range []int{1, 2} {
		old := runtime.GOMAXPROCS(procs)
		word := new(uint32)
		var wg sync.WaitGroup
		wg.Go(func() { play(word, 0) })
		wg.Go(func() { play(word, 1) })
		wg.Wait()
		runtime.GOMAXPROCS(old)
	}
}

func TestWaitReturnsAtOnceIfTheWordHasChanged(t *testing.T) {
	word := new(uint32)
	*word = 5
	if err := Wait(word, 4, 0); err != nil {
		t.Error(err)
	}
}

func TestWaitTimesOut(t *testing.T) {
	word := new(uint32)
	start := time.Now()
	for time.Since(start) < 20*time.Millisecond {
		// A signal may end a wait early; time being up must be said, in the end.
		if err := Wait(word, 0, 20*time.Millisecond); err != nil {
			if err != ErrTimeout || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
			if got := time.Since(start); got < 20*time.Millisecond {
				t.Errorf("timed out after %v of 20ms", got)
			}
			break
		}
	}
}

func TestAnEnormousTimeoutIsNoError(t *testing.T) {
	word := new(uint32)
	*word = 1
	if err := Wait(word, 0, 1<<63-1); err != nil {
		t.Error(err)
	}
}

func TestWakeWakesAsManyAsAskedAndSaysHowMany(t *testing.T) {
	word := new(uint32)
	if n := Wake(word, 10); n != 0 {
		t.Errorf("%d woken, nobody waits", n)
	}
	var returned atomic.Int32
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for atomic.LoadUint32(word) == 0 {
				if err := Wait(word, 0, 0); err != nil {
					t.Error(err)
				}
			}
			returned.Add(1)
		})
	}
	woken := 0
	for woken < 5 { // sleepers that were woken go back to sleep: the word is still 0
		if n := Wake(word, 2); n > 2 {
			t.Fatalf("%d woken, asked for 2", n)
		} else {
			woken += n
		}
		runtime.Gosched()
	}
	if returned.Load() != 0 {
		t.Error("a waiter saw another value")
	}
	if n := Wake(word, 0) + Wake(word, -1); n != 0 {
		t.Errorf("%d woken, asked for none", n)
	}
	atomic.StoreUint32(word, 1)
	Wake(word, math.MaxInt)
	wg.Wait()
}

func TestAWordOutsideMemoryIsAnError(t *testing.T) {
	mem, err := mapShared(sharedFile(t))
	if err != nil {
		t.Fatal(err)
	}
	gone := wordOf(mem)
	if err := unix.Munmap(mem); err != nil {
		t.Fatal(err)
	}
	if err := Wait(gone, 0, time.Second); !errors.Is(err, unix.EFAULT) {
		t.Errorf("Wait: %v", err)
	}
	if n := Wake(gone, 1); n != 0 {
		t.Errorf("Wake: %d", n)
	}
}

func TestWaitingDoesNotAllocate(t *testing.T) {
	word := new(uint32)
	if n := testing.AllocsPerRun(100, func() {
		Wait(word, 1, time.Second)
		Wake(word, 1)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

package proc

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestSelfIsThisProcess(t *testing.T) {
	id := Self()
	if id.PID != uint32(os.Getpid()) || id.StartTime == 0 || id.BootID == [16]byte{} {
		t.Errorf("got %+v", id)
	}
	if again := Self(); again != id {
		t.Errorf("first %+v, then %+v", id, again)
	}
	want, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	state, command, ok := Look(id.PID, id.StartTime)
	if !ok || state != Running && state != Sleeping || command != strings.TrimSpace(string(want)) {
		t.Errorf("got state %q, command %q, %v; want command %q", state, command, ok, want)
	}
}

// sleeper starts a process that lives until it is killed or the test ends.
func sleeper(t *testing.T) (cmd *exec.Cmd, pid uint32, start uint64) {
	t.Helper()
	cmd = exec.Command("cat") // reads a pipe that stays silent
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("no command to run: %v", err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	pid = uint32(cmd.Process.Pid)
	st, err := readStat(strconv.FormatUint(uint64(pid), 10))
	if err != nil {
		t.Fatal(err)
	}
	return cmd, pid, st.start
}

func TestStateFollowsAProcessThroughItsLife(t *testing.T) {
	cmd, pid, start := sleeper(t)
	expect := func(want string) {
		t.Helper()
		var got string
		var err error
		for range 1000 { // the kernel takes its time
			if got, err = state(pid, start); got == want && err == nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("state %q, %v, want %q", got, err, want)
	}
	expect(Sleeping)
	cmd.Process.Signal(syscall.SIGSTOP)
	expect(Stopped)
	cmd.Process.Signal(syscall.SIGCONT)
	expect(Sleeping)
	cmd.Process.Kill()
	expect(Zombie)
	cmd.Wait()
	expect(Gone)
	if state, command, ok := Look(pid, start); ok {
		t.Errorf("a process that is gone looks like %s, %s", command, state)
	}
}

func TestANameIsFitForATerminal(t *testing.T) {
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Skipf("no command to run: %v", err)
	}
	path := filepath.Join(t.TempDir(), "a\x1b[2J\n\xffß")
	if err := os.Symlink(cat, path); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	st, err := readStat(strconv.Itoa(cmd.Process.Pid))
	if err != nil || st.command != "a?[2J??ß" {
		t.Errorf("got %q, %v", st.command, err)
	}
}

func TestAnotherStartTimeIsAnotherProcess(t *testing.T) {
	_, pid, start := sleeper(t)
	if state, command, ok := Look(pid, start); !ok || state == Gone || command != "cat" {
		t.Errorf("the process itself: %q, %q, %v", state, command, ok)
	}
	for what, id := range map[string]Identity{
		"another start": {PID: pid, StartTime: start + 1}, "an unknown start": {PID: pid}, "another pid": {PID: 1 << 30, StartTime: start},
	} {
		if state, command, ok := Look(id.PID, id.StartTime); ok || state != "" || command != "" {
			t.Errorf("%s: %q, %q, %v", what, state, command, ok)
		}
	}
	if state, err := state(pid, 0); state == Gone || err != nil {
		t.Errorf("any start: %q, %v", state, err)
	}
	if _, err := Watch(pid, start+1, func() { t.Error("called") }); !errors.Is(err, ErrGone) {
		t.Errorf("Watch: %v", err)
	}
}

func TestStatOfAProcessWithAWildNameIsUnderstood(t *testing.T) {
	rest := " T 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20 21"
	for _, name := range []string{"cat", "a b", "((", "x) R 1", ")", ""} {
		st, err := parseStat([]byte("42 (" + name + ")" + rest))
		if err != nil || st.state != Stopped || st.start != 987654 || st.command != name {
			t.Errorf("%q: %+v, %v", name, st, err)
		}
	}
	for _, text := range []string{"", "42 (cat) S", "42 (cat)" + strings.Replace(rest, "987654", "-1", 1), "no bracket"} {
		if st, err := parseStat([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, st)
		}
	}
}

func TestWatchCallsOnceWhenTheProcessIsKilled(t *testing.T) {
	cmd, pid, start := sleeper(t)
	var calls atomic.Int32
	called := make(chan struct{})
	stop, err := Watch(pid, start, func() {
		if calls.Add(1) == 1 {
			close(called)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-called:
		t.Fatal("called while the process lives")
	case <-time.After(20 * time.Millisecond):
	}
	cmd.Process.Kill()
	<-called // before anybody reaps it
	cmd.Wait()
	stop()
	stop()
	if calls.Load() != 1 {
		t.Errorf("called %d times", calls.Load())
	}
}

func TestWatchOfAZombieCallsAtOnce(t *testing.T) {
	cmd, pid, start := sleeper(t)
	cmd.Process.Kill()
	if err := unix.Waitid(unix.P_PID, int(pid), nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{})
	if _, err := Watch(pid, start, func() { close(called) }); err != nil {
		t.Fatal(err)
	}
	<-called
}

func TestWatchOfAProcessThatIsGoneSaysSo(t *testing.T) {
	cmd, pid, start := sleeper(t)
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := Watch(pid, start, func() { t.Error("called") }); !errors.Is(err, ErrGone) {
		t.Errorf("got %v", err)
	}
	if _, err := Watch(0, 0, func() { t.Error("called") }); err == nil {
		t.Error("pid 0 was accepted")
	}
}

func TestAStoppedWatchDoesNotCallAndEndsItsGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	cmd, pid, start := sleeper(t)
	for range 20 {
		stop, err := Watch(pid, start, func() { t.Error("called") })
		if err != nil {
			t.Fatal(err)
		}
		stop()
	}
	cmd.Process.Kill()
	cmd.Wait()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestManyWatchesNeedNoThreads(t *testing.T) {
	cmd, pid, start := sleeper(t)
	const watches = 200
	called := make(chan struct{}, watches)
	before := threads(t)
	for range watches {
		if _, err := Watch(pid, start, func() { called <- struct{}{} }); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(20 * time.Millisecond)
	if more := threads(t) - before; more > watches/10 {
		t.Errorf("%d watches made %d threads", watches, more)
	}
	cmd.Process.Kill()
	for range watches {
		<-called
	}
}

func threads(t *testing.T) int {
	t.Helper()
	file, err := os.Open("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "Threads:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no thread count")
	return 0
}

func TestAgesAreBoundedByTheBootAndNeverNegative(t *testing.T) {
	up, hour := Uptime(), time.Hour
	if up <= 0 {
		t.Fatalf("uptime %v", up)
	}
	boot, other := Self().BootID, [16]byte{1}
	for _, c := range []struct {
		at      time.Time
		boot    [16]byte
		longest time.Duration
		min     time.Duration
		max     time.Duration
	}{
		{time.Now().Add(-hour), boot, 2 * hour, hour, hour + time.Minute},
		{time.Now().Add(-hour), boot, 0, hour, hour + time.Minute},     // the start is unknown
		{time.Now().Add(-hour), other, up, hour, hour + time.Minute},   // of an older boot
		{time.Now().Add(hour), boot, up, 0, 0},                         // made before the clock was set back
		{time.Now().Add(hour), other, up, 0, 0},                        // by a machine whose clock is ahead
		{time.Unix(0, 0), boot, time.Minute, time.Minute, time.Minute}, // made before the clock was set at all
	} {
		if got := Age(c.at, c.boot, c.longest); got < c.min || got > c.max {
			t.Errorf("at %v, longest %v: got %v, want %v to %v", c.at, c.longest, got, c.min, c.max)
		}
	}
	if since := SinceStart(Self().StartTime); since <= 0 || since > up+time.Minute {
		t.Errorf("this process was started %v ago", since)
	}
	for _, unknown := range []uint64{0, 1 << 60, ^uint64(0)} {
		if got := SinceStart(unknown); got != 0 {
			t.Errorf("start %d: got %v, want 0", unknown, got)
		}
	}
}

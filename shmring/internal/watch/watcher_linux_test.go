package watch

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// sleeper starts a process that does nothing.
func sleeper(t *testing.T) (cmd *exec.Cmd, start uint64) {
	t.Helper()
	cmd = exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Skipf("no process to watch: %v", err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		t.Skipf("no way to learn when a process began: %v", err)
	}
	_, fields, _ := strings.Cut(string(stat), ") ")
	if start, err = strconv.ParseUint(strings.Fields(fields)[19], 10, 64); err != nil {
		t.Fatal(err)
	}
	return cmd, start
}

func attached(pid uint32, start uint64) layout.Slot {
	return layout.Slot{Status: layout.MakeStatus(1, layout.SlotAttached), PID: pid, StartTime: start}
}

func TestTheEndOfAWatchedProcessRingsTheDoorbell(t *testing.T) {
	cmd, start := sleeper(t)
	self := proc.Self()
	slots := []layout.Slot{{}, attached(uint32(cmd.Process.Pid), start), attached(uint32(cmd.Process.Pid), start), attached(self.PID, self.StartTime)}
	d := wait.Doorbell{Flags: new(uint32), Seq: new(uint32)}
	var w Watcher
	if w.Quiet() {
		t.Error("quiet before anything is watched")
	}
	w.Update(slots, 1, &d, slog.New(slog.DiscardHandler))
	defer w.Stop()
	if n := w.Count(); n != 1 || !w.Complete() || !w.Quiet() || !w.Watching() {
		t.Fatalf("%d processes are watched, complete %v, want the one that is not ours", n, w.Complete())
	}
	cmd.Process.Kill()
	cmd.Wait()
	for end := time.Now().Add(20 * time.Second); mem.Load32(d.Seq) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the doorbell does not ring")
		}
	}
	if w.Quiet() {
		t.Error("quiet although a process ended")
	}
	if !w.Quiet() {
		t.Error("one end is reported twice")
	}
}

func TestAProcessThatIsGoneLeavesTheWatchIncomplete(t *testing.T) {
	cmd, start := sleeper(t)
	cmd.Process.Kill()
	cmd.Wait()
	d := wait.Doorbell{Flags: new(uint32), Seq: new(uint32)}
	slots := []layout.Slot{attached(uint32(cmd.Process.Pid), start)}
	var w Watcher
	w.Update(slots, 1, &d, slog.New(slog.DiscardHandler))
	defer w.Stop()
	if w.Complete() || w.Count() != 0 {
		t.Errorf("%d processes are watched, complete %v, want none and incomplete", w.Count(), w.Complete())
	}
}

func TestAStoppedWatcherRingsNoDoorbell(t *testing.T) {
	cmd, start := sleeper(t)
	d := wait.Doorbell{Flags: new(uint32), Seq: new(uint32)}
	var w Watcher
	w.Update([]layout.Slot{attached(uint32(cmd.Process.Pid), start)}, 1, &d, slog.New(slog.DiscardHandler))
	w.Stop()
	w.wake() // an end that was on its way
	if w.Watching() || mem.Load32(d.Seq) != 0 {
		t.Error("the doorbell rang in memory that may be gone")
	}
}

func TestASlotThatWasGivenUpIsNotWatchedAnyMore(t *testing.T) {
	cmd, start := sleeper(t)
	d := wait.Doorbell{Flags: new(uint32), Seq: new(uint32)}
	slots := []layout.Slot{attached(uint32(cmd.Process.Pid), start)}
	var w Watcher
	w.Update(slots, 1, &d, slog.New(slog.DiscardHandler))
	defer w.Stop()
	slots[0].Status = layout.MakeStatus(1, layout.SlotFree)
	w.Update(slots, 1, &d, slog.New(slog.DiscardHandler))
	if w.Count() != 1 {
		t.Error("the slots were looked at although nobody announced a change")
	}
	w.Update(slots, 2, &d, slog.New(slog.DiscardHandler))
	if w.Count() != 0 {
		t.Error("the process is still watched")
	}
}

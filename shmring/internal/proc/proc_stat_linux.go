package proc

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// Self describes this process. What /proc does not say stays zero. It is read once.
func Self() Identity { return self() }

var self = sync.OnceValue(readSelf)

func readSelf() Identity {
	id := Identity{PID: uint32(os.Getpid())}
	if st, err := readStat("self"); err == nil {
		id.StartTime = st.start
	}
	if text, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		digits := bytes.ReplaceAll(bytes.TrimSpace(text), []byte("-"), nil)
		if len(digits) == hex.EncodedLen(len(id.BootID)) {
			if _, err := hex.Decode(id.BootID[:], digits); err != nil {
				id.BootID = [16]byte{}
			}
		}
	}
	return id
}

// CanSee reports whether Look can see anybody on this system.
const CanSee = true

// Look returns what the process pid that started at start is doing, one of the constants of this package, and its name
// as the kernel keeps it: at most 15 bytes, with '?' for what is not to be shown on a terminal, because a process chooses
// its name.
//
// It reports false if no process that can be seen from here is certainly the one asked for. Its pid alone does not say so:
// the same number means another process in another pid namespace, and later. Pid and start time together do, within one
// boot and one time namespace. With start 0, unknown, nobody is certain.
func Look(pid uint32, start uint64) (state, command string, ok bool) {
	st, err := readStat(strconv.FormatUint(uint64(pid), 10))
	if err != nil || start == 0 || st.start != start {
		return "", "", false
	}
	return st.state, st.command, true
}

// state says what the process pid that started at start is doing. A process that started at another time is another
// process, and the one asked for is Gone; start 0 stands for any.
func state(pid uint32, start uint64) (string, error) {
	st, err := readStat(strconv.FormatUint(uint64(pid), 10))
	if errors.Is(err, ErrGone) || err == nil && start != 0 && st.start != start {
		return Gone, nil
	}
	return st.state, err
}

// ticksPerSecond is USER_HZ, in which the kernel counts start times for all programs.
const ticksPerSecond = 100

// Uptime returns the time since the system was started, suspensions included; 0 if unknown.
func Uptime() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// SinceStart returns the time since the start of a process whose Identity has this StartTime; 0 if unknown.
func SinceStart(start uint64) time.Duration {
	up := Uptime()
	if start == 0 || start > uint64(up/time.Second+1)*ticksPerSecond {
		return 0
	}
	return max(up-time.Duration(start)*(time.Second/ticksPerSecond), 0)
}

type stat struct {
	state   string
	command string
	start   uint64 // in clock ticks since boot
}

func readStat(pid string) (stat, error) {
	text, err := readProc(pid, "stat")
	if err != nil {
		return stat{}, err
	}
	return parseStat(text)
}

// parseStat reads "pid (name) S ppid …". The name may hold anything, spaces and
// brackets too, so the fields are counted from its last bracket: the state is the
// first after it and the start time the twentieth.
func parseStat(text []byte) (stat, error) {
	end := bytes.LastIndexByte(text, ')')
	fields := bytes.Fields(text[end+1:])
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("proc: stat has %d fields after the name, want 20 or more", len(fields))
	}
	start, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return stat{}, fmt.Errorf("proc: start time: %w", err)
	}
	_, command, _ := strings.Cut(string(text[:max(end, 0)]), "(")
	return stat{stateName(fields[0][0]), printable(command), start}, nil
}

// printable replaces what is not to be shown on a terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name)
}

func stateName(letter byte) string {
	switch letter {
	case 'R':
		return Running
	case 'T', 't':
		return Stopped
	case 'Z':
		return Zombie
	case 'X', 'x':
		return Gone
	}
	return Sleeping // S, D and I: waiting for one thing or another
}

func readProc(pid, name string) ([]byte, error) {
	text, err := os.ReadFile("/proc/" + pid + "/" + name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil, ErrGone
	}
	return text, err
}

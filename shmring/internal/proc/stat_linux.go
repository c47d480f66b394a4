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
	"unicode"
	"unicode/utf8"
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

// State says what the process pid is doing: one of the constants of this package. A
// process that started at another time than start is another process, and the one
// asked for is Gone; start 0 stands for any.
func State(pid uint32, start uint64) (state string, err error) {
	st, err := readStat(strconv.FormatUint(uint64(pid), 10))
	if errors.Is(err, ErrGone) || err == nil && start != 0 && st.start != start {
		return Gone, nil
	}
	return st.state, err
}

// Comm returns the name of the process pid as the kernel keeps it, at most 15 bytes,
// with '?' for what is not to be shown on a terminal: a process chooses its name.
// ErrGone if there is no such process.
func Comm(pid uint32) (string, error) {
	text, err := readProc(strconv.FormatUint(uint64(pid), 10), "comm")
	if err != nil {
		return "", err
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, strings.TrimSuffix(string(text), "\n")), nil
}

type stat struct {
	state string
	start uint64 // in clock ticks since boot
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
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("proc: stat has %d fields after the name, want 20 or more", len(fields))
	}
	start, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return stat{}, fmt.Errorf("proc: start time: %w", err)
	}
	return stat{state: stateName(fields[0][0]), start: start}, nil
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

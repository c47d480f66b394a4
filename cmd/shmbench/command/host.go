package command

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// thisHost says on what the figures were measured: figures without that say nothing.
func thisHost() string {
	s := fmt.Sprintf("%s, %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if model := lineOf("/proc/cpuinfo", "model name"); model != "" {
		s += " (" + model + ")"
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		s += ", kernel " + strings.TrimSpace(string(b))
	}
	if load := loads(); load != "" {
		s += ", load " + load
	}
	return s
}

// loads returns the system's load of the last minute, or nothing where it does not say.
func loads() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	load, _, _ := strings.Cut(string(b), " ")
	return load
}

// crowd is a line that warns of a load that leaves the two processes of a measurement no processors of their own, or
// nothing.
func crowd(load string, processors int) string {
	if busy, err := strconv.ParseFloat(load, 64); err != nil || busy < max(float64(processors-1), 1) {
		return ""
	}
	return fmt.Sprintf("Other programs keep these %d processors busy (load %s): expect less than the machine can do.\n", processors, load)
}

// lineOf returns what stands behind "key :" in a file, or nothing.
func lineOf(path, key string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

package command

import (
	"fmt"
	"os"
	"runtime"
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
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		if fields := strings.Fields(string(b)); len(fields) > 0 {
			s += ", load " + fields[0]
		}
	}
	return s
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

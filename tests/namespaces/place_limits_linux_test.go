package namespaces

import (
	"syscall"
	"testing"
)

func TestExhaustedLimitsAreErrorsAndLeaveNothing(t *testing.T) {
	for _, c := range []struct {
		place
		says string
	}{
		{place{"full of bytes", syscall.CLONE_NEWNS, "few bytes"}, "no space"},
		{place{"full of inodes", syscall.CLONE_NEWNS, "few inodes"}, "no space"},
		{place{"small files", 0, "small files"}, "file too large"},
		{place{"no proc and no privilege", syscall.CLONE_NEWNS, "no proc, nobody"}, "created"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start(t, c.place, "make", sharedDir(t)).says(c.says)
		})
	}
}

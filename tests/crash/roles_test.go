//go:build linux && shmring_hooks

package crash

import (
	"os"
	"strconv"
)

// roles of the children of the tagged tests.
func roles() map[string]func(segment string) error {
	return map[string]func(string) error{
		"send": send, "receive": receive, "interrupted": interrupted, "stopped": interrupted, "taking": taking,
	}
}

func decimal(n int) string { return strconv.Itoa(n) }

// number returns a number from the environment, 0 without one.
func number(key string) uint64 {
	n, _ := strconv.ParseUint(os.Getenv(key), 10, 64)
	return n
}

// last returns the sequence number of the last note of this kind, 0 without one.
func (c *child) last(kind noteKind) (seq uint64) {
	for _, n := range c.notes {
		if n.kind == kind {
			seq = n.seq
		}
	}
	return seq
}

func (c *child) count(kind noteKind) (count int) {
	for _, n := range c.notes {
		if n.kind == kind {
			count++
		}
	}
	return count
}

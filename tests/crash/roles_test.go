//go:build linux && shmring_hooks

package crash

import "strconv"

// roles of the children of the tagged tests.
func roles() map[string]func(segment string) error {
	return map[string]func(string) error{
		"send": send, "receive": receive, "interrupted": interrupted, "stopped": interrupted, "taking": taking,
	}
}

func decimal(n int) string { return strconv.Itoa(n) }

//go:build !linux

package command

import "github.com/shmring/ipc/cmd/internal/cli"

// systemFindings is what can be said about systems other than Linux.
func systemFindings(*cli.Ring) []finding {
	return []finding{{
		Check: "waiting", Verdict: note, Found: "by polling",
		Meaning: "this system has no way to wake another process at a word in memory: a sleeping receiver looks again every now and then",
	}}
}

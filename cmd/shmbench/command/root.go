// Package command is the commands of shmbench, one file each.
package command

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
)

// Main runs shmbench as this process's command and returns the exit code.
func Main() int { return cli.Main(New()) }

// New returns the command shmbench.
func New() *cobra.Command {
	var length time.Duration
	var r cli.Ring
	root := &cobra.Command{
		Use:   "shmbench",
		Short: "Measure shared-memory rings against sockets and pipes",
		Long: "Measure rings in shared memory against Unix sockets, pipes and TCP, between this process and a second one\n" +
			"that it starts. Without a command: everything once, in about ten seconds.",
		RunE: func(cmd *cobra.Command, _ []string) error { return runSuite(cmd, r.Dir, length) },
	}
	cli.FlagJSON(root)
	r.FlagDir(root.Flags())
	root.Flags().DurationVar(&length, "for", 400*time.Millisecond, "length of one measurement")
	root.AddCommand(newSend(), newRecv(), newPing(), newPong(), newCodec(), newFrame(), newCompare(), newSweep(), newPeer(), cli.NewVersion())
	return root
}

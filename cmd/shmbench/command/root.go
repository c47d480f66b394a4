// Package command is the commands of shmbench, one file each.
package command

import (
	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
)

// New returns the command shmbench.
func New() *cobra.Command {
	root := &cobra.Command{
		Use:   "shmbench",
		Short: "Measure shared-memory rings against sockets and pipes",
		Long: "Measure rings in shared memory against Unix sockets, pipes and TCP, between this process and a second one\n" +
			"that it starts. Without a command: everything once, in about ten seconds.",
		RunE: func(cmd *cobra.Command, _ []string) error { return runSuite(cmd) },
	}
	cli.FlagJSON(root)
	root.AddCommand(newSend(), newRecv(), newPing(), newPong(), newPeer())
	return root
}

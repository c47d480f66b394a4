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
	}
	cli.FlagJSON(root)
	root.AddCommand(newSend(), newRecv(), newPing(), newPong())
	return root
}

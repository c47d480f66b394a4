package command

import (
	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/shmbench/internal/lane"
)

// newPeer is the second process of the measurements that need one.
func newPeer() *cobra.Command {
	return &cobra.Command{
		Use:    lane.PeerCommand + " JOB",
		Short:  "The second process of other commands",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return lane.Peer(cmd.Context(), args[0], cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

// Package command is the commands of shmring, one file each.
package command

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// Main runs shmring as this process's command and returns the exit code.
func Main() int { return cli.Main(New()) }

// New returns the command shmring.
func New() *cobra.Command {
	root := &cobra.Command{
		Use:   "shmring",
		Short: "Look at shared-memory rings and stream through them",
	}
	cli.FlagJSON(root)
	root.AddCommand(newLs(), newInfo(), newStat(), newSend(), newRecv(), newDump(), newRm(), newGC(), newDoctor(), cli.NewVersion())
	return root
}

// look opens a segment for looking only and passes it to fn.
func look(r *cli.Ring, name string, fn func(*shmring.Segment) error) (err error) {
	s, err := shmring.Open(name, append(r.OpenOptions(), shmring.WithReadOnly(), shmring.WithForeignOwner())...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return fn(s)
}

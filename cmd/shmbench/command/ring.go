package command

import (
	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// ours is the schema of rings that shmbench creates: those it may remove when it is done.
const ours = 0x68636e65626d6873 // "shmbench"

// ringFlags are the flags of the commands that attach to a ring by --name.
type ringFlags struct {
	cli.Ring
	name string
}

func (r *ringFlags) register(cmd *cobra.Command) {
	r.Schema = ours
	f := cmd.Flags()
	f.StringVar(&r.name, "name", "", "name of the ring (required)")
	r.FlagShape(f)
	r.FlagWait(f)
	_ = cmd.RegisterFlagCompletionFunc("name", r.Names) // the flag exists: see above
}

func (r *ringFlags) check() error {
	if r.name == "" {
		return cli.Usage("--name is missing")
	}
	return nil
}

// discard removes a segment that shmbench made.
func (r *ringFlags) discard(s *shmring.Segment, name string) error {
	if s.Info().Schema != ours {
		return nil
	}
	return shmring.Remove(name, r.DirOptions()...)
}

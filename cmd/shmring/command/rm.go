package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

func newRm() *cobra.Command {
	var r cli.Ring
	cmd := &cobra.Command{
		Use:   "rm NAME...",
		Short: "Remove segments by name",
		Long:  "Remove segments by name. Processes that are attached keep what they have; nobody else will find it.",
		Args:  cli.Names,
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, to string) ([]string, cobra.ShellCompDirective) {
			return r.Names(cmd, nil, to)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var errs []error
			for _, name := range args {
				err := shmring.Remove(name, r.DirOptions()...)
				if err == nil && cli.JSON(cmd) {
					err = cli.Report(cmd, removed{Name: name, Removed: true})
				}
				errs = append(errs, err)
			}
			return errors.Join(errs...)
		},
	}
	r.FlagDir(cmd.Flags())
	return cmd
}

// removed says what became of a segment or of an unfinished file.
type removed struct {
	Name    string `json:"name"`
	Removed bool   `json:"removed"`
	Would   bool   `json:"would_remove,omitempty"` // with --dry-run
	Reason  string `json:"reason,omitempty"`       // why, or why not
}

func (r removed) String() string {
	what := "kept"
	switch {
	case r.Removed:
		what = "removed"
	case r.Would:
		what = "would remove"
	}
	return fmt.Sprintf("%s %s: %s", what, r.Name, r.Reason)
}

package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

func newInfo() *cobra.Command {
	var r cli.Ring
	cmd := &cobra.Command{
		Use:               "info NAME",
		Short:             "Describe a segment: its shape, who is attached, whom it waits for",
		Args:              cli.OneName,
		ValidArgsFunction: r.Names,
		RunE: func(cmd *cobra.Command, args []string) error {
			return look(&r, args[0], func(s *shmring.Segment) error {
				return cli.Report(cmd, description{s.Info(), s.Stats()})
			})
		},
	}
	r.FlagDir(cmd.Flags())
	return cmd
}

// description is what info prints.
type description struct {
	shmring.Info
	Stats shmring.Stats `json:"stats"`
}

func (d description) String() string {
	var b strings.Builder
	field := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	field("name", "%s", d.Name)
	field("path", "%s", d.Path)
	field("id", "%s", d.ID)
	if d.MaxProducers == 1 {
		field("kind", "%s, one producer", d.Kind)
	} else {
		field("kind", "%s, at most %d producers", d.Kind, d.MaxProducers)
	}
	field("capacity", "%s, records up to %d bytes", cli.Size(d.Capacity), d.MaxRecord)
	field("size", "%d bytes", d.Size)
	field("format", "version %d, layout %#016x", d.Version, d.LayoutHash)
	if d.Schema != 0 {
		field("schema", "%#016x", d.Schema)
	}
	if d.Checksum {
		field("checksum", "every record")
	}
	field("created", "%s by process %d", d.Created.Format(time.RFC3339), d.CreatorPID)
	field("records", "%d sent, %d received, %d unread", d.Stats.Sent, d.Stats.Received, unread(d.Stats))
	for _, p := range d.Parties {
		who := fmt.Sprintf("process %d", p.PID)
		if p.Command != "" {
			who += " (" + p.Command + ")"
		}
		field(string(p.Role), "slot %d: %s, %s, since %s, %d records", p.Slot, who, condition(p), p.Attached.Format(time.RFC3339), p.Records)
	}
	if d.Stats.Blocked != nil {
		field("waits for", "%v", d.Stats.Blocked)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

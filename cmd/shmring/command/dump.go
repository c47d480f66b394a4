package command

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

func newDump() *cobra.Command {
	var r cli.Ring
	var show int
	cmd := &cobra.Command{
		Use:   "dump NAME",
		Short: "Show what lies in a ring: records, who wrote them, what is torn",
		Long: "Show what lies in a ring, oldest first: records that nobody has read, read ones that are not cleared yet,\n" +
			"and what is unfinished, because its producer is at work (open) or died (torn). Nothing is changed.",
		Args:              cli.OneName,
		ValidArgsFunction: r.Names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if show < 0 {
				return cli.Usage("--bytes %d: want 0 or more", show)
			}
			return look(&r, args[0], func(s *shmring.Segment) error {
				return s.Dump(func(e shmring.Entry) error {
					return cli.Report(cmd, newDumped(e, show))
				})
			})
		},
	}
	r.FlagDir(cmd.Flags())
	cmd.Flags().IntVar(&show, "bytes", 64, "how much of every payload to show")
	return cmd
}

// dumped is a line of dump: an entry with the beginning of its payload.
type dumped struct{ shmring.Entry }

func newDumped(e shmring.Entry, show int) dumped {
	e.Payload = e.Payload[:min(show, len(e.Payload))]
	return dumped{e}
}

func (d dumped) String() string {
	e := d.Entry
	line := fmt.Sprintf("%12d  %-6s %6d bytes", e.Position, e.State, e.Size)
	if e.State == shmring.EntryRecord {
		line += fmt.Sprintf(", payload %d", e.Length)
	}
	if e.Slot != 0 {
		line += fmt.Sprintf(", slot %d generation %d", e.Slot, e.Generation)
	}
	switch {
	case e.Alive:
		line += fmt.Sprintf(", process %d", e.PID)
	case e.PID != 0:
		line += fmt.Sprintf(", process %d (gone)", e.PID)
	}
	if e.Type != 0 || e.Version != 0 {
		line += fmt.Sprintf(", type %d version %d", e.Type, e.Version)
	}
	if e.Released {
		line += ", read"
	}
	if e.BadSum {
		line += ", wrong checksum"
	}
	for row := range strings.Lines(strings.TrimSuffix(hex.Dump(e.Payload), "\n")) {
		line += "\n              " + strings.TrimSuffix(row, "\n")
	}
	return line
}

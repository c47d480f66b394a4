package command

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

func newLs() *cobra.Command {
	var r cli.Ring
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List all segments",
		Long:  "List all segments of the directory, with whoever is attached. Nothing is changed.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return list(cmd, &r) },
	}
	r.FlagDir(cmd.Flags())
	return cmd
}

// listing is one line of ls.
type listing struct {
	shmring.Info
	Unread uint64 `json:"unread"` // records, as far as the counters know
}

func list(cmd *cobra.Command, r *cli.Ring) error {
	infos, err := shmring.List(r.DirOptions()...)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	if !cli.JSON(cmd) && len(infos) > 0 {
		fmt.Fprintln(t, "NAME\tKIND\tCAPACITY\tUNREAD\tAGE\tPARTIES")
	}
	for _, info := range infos {
		l := listing{Info: info}
		if info.Error == "" {
			// A segment that has gone since is listed as it was.
			_ = look(r, info.Name, func(s *shmring.Segment) error { l.Unread = unread(s.Stats()); return nil })
		}
		if cli.JSON(cmd) {
			if err := cli.Report(cmd, l); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(t, l)
	}
	return t.Flush()
}

// unread returns how many records were sent and not received, as far as the counters know: those who write
// them do so one after the other.
func unread(s shmring.Stats) uint64 { return s.Sent - min(s.Received, s.Sent) }

func (l listing) String() string {
	if l.Error != "" {
		return fmt.Sprintf("%s\t-\t-\t-\t-\t%s", l.Name, l.Error)
	}
	var parties []string
	for _, p := range l.Parties {
		parties = append(parties, fmt.Sprintf("%s %d (%s)", p.Role, p.PID, condition(p)))
	}
	return fmt.Sprintf("%s\t%s\t%s\t%d\t%s\t%s", l.Name, l.Kind, cli.Size(l.Capacity), l.Unread, age(l.Age), strings.Join(parties, ", "))
}

// condition says how a party is: what its process does, or that it died.
func condition(p shmring.Party) string {
	switch {
	case !p.Alive:
		return "died"
	case p.State == "":
		return "alive"
	}
	return p.State
}

// age writes an age in its two largest units, or less.
func age(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	case d >= time.Hour:
		return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
	}
	return d.Truncate(time.Second).String()
}

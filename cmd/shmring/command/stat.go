package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

func newStat() *cobra.Command {
	var r cli.Ring
	var watch bool
	var interval time.Duration
	cmd := &cobra.Command{
		Use:               "stat NAME",
		Short:             "Show a segment's counters, once or again and again",
		Args:              cli.OneName,
		ValidArgsFunction: r.Names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if interval <= 0 {
				return cli.Usage("--interval %v: want more than 0", interval)
			}
			return look(&r, args[0], func(s *shmring.Segment) error {
				if !watch {
					return cli.Report(cmd, counters{s.Stats()})
				}
				return watchStats(cmd, s, interval)
			})
		},
	}
	r.FlagDir(cmd.Flags())
	cmd.Flags().BoolVar(&watch, "watch", false, "print what changes, a line per interval, until interrupted")
	cmd.Flags().DurationVar(&interval, "interval", time.Second, "time between two looks")
	return cmd
}

// counters is what stat prints.
type counters struct{ shmring.Stats }

func (c counters) String() string {
	var b strings.Builder
	for _, f := range []struct {
		name  string
		value any
	}{
		{"sent", fmt.Sprintf("%d records, %s", c.Sent, cli.Approx(float64(c.SentBytes)))},
		{"received", fmt.Sprintf("%d records, %s", c.Received, cli.Approx(float64(c.ReceivedBytes)))},
		{"used", fmt.Sprintf("%d of %d bytes, at most %d so far", c.Used, c.Capacity, c.HighWater)},
		{"waits", fmt.Sprintf("%d for room, %d for records", c.FullWaits, c.EmptyWaits)},
		{"wakes", fmt.Sprintf("%d for records, %d for room", c.DataWakes, c.SpaceWakes)},
		{"producers", fmt.Sprintf("%d came so far", c.Attaches)},
		{"deaths", fmt.Sprintf("%d, %d unfinished records skipped", c.Deaths, c.Recovered)},
		{"corrupt", c.Corrupt},
	} {
		fmt.Fprintf(&b, "%-10s %v\n", f.name, f.value)
	}
	if c.Blocked != nil {
		fmt.Fprintf(&b, "%-10s %v\n", "waits for", c.Blocked)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sample is one line of stat --watch: counters and what became of them in the interval.
type sample struct {
	shmring.Stats
	SentRate     float64 `json:"sent_per_second"`
	ReceivedRate float64 `json:"received_per_second"`
	ByteRate     float64 `json:"received_bytes_per_second"`
}

func (s sample) String() string {
	line := fmt.Sprintf("%12.0f %12.0f %14s/s %9d %9d", s.SentRate, s.ReceivedRate, cli.Approx(s.ByteRate), unread(s.Stats), s.Used)
	if s.Blocked != nil {
		line += "  waits for " + s.Blocked.String()
	}
	return line
}

func watchStats(cmd *cobra.Command, s *shmring.Segment, interval time.Duration) error {
	if !cli.JSON(cmd) {
		fmt.Fprintf(cmd.OutOrStdout(), "%12s %12s %16s %9s %9s\n", "sent/s", "received/s", "payload", "unread", "used")
	}
	before, then := s.Stats(), time.Now()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-cmd.Context().Done():
			return nil // the way to end it
		case <-tick.C:
		}
		after, now := s.Stats(), time.Now()
		per := 1 / now.Sub(then).Seconds()
		line := sample{
			Stats:        after,
			SentRate:     float64(after.Sent-before.Sent) * per,
			ReceivedRate: float64(after.Received-before.Received) * per,
			ByteRate:     float64(after.ReceivedBytes-before.ReceivedBytes) * per,
		}
		if err := cli.Report(cmd, line); err != nil {
			return err
		}
		before, then = after, now
	}
}

package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/lane"
)

type compareFlags struct {
	cli.Ring
	sizes  cli.Sizes
	rounds int
	length time.Duration
	plot   string
}

func (f *compareFlags) register(cmd *cobra.Command, what string) {
	f.FlagDir(cmd.Flags())
	cmd.Flags().Var(&f.sizes, "sizes", "bytes per record, each at least 8")
	cmd.Flags().IntVar(&f.rounds, "rounds", f.rounds, "samples of every "+what+"; the median is printed")
	cmd.Flags().DurationVar(&f.length, "for", 300*time.Millisecond, "length of one sample")
	cmd.Flags().StringVar(&f.plot, "plot", "", "draw the result into this file (.svg, .png or .pdf)")
}

func (f *compareFlags) check() error {
	switch {
	case f.rounds < 1:
		return cli.Usage("--rounds %d: want 1 or more", f.rounds)
	case f.length <= 0:
		return cli.Usage("--for %v: want more than 0", f.length)
	}
	for _, size := range f.sizes {
		if err := checkSize(size); err != nil {
			return err
		}
	}
	return checkPlot(f.plot)
}

func newCompare() *cobra.Command {
	f := compareFlags{sizes: cli.Sizes{64, 1 << 10, 16 << 10, 64 << 10}, rounds: 5}
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Measure the ring against sockets and pipes, thoroughly",
		Long: "Measure the throughput of the ring against Unix socket, pipe and TCP, each with a write per record and\n" +
			"through a 64 KiB buffer. The contenders take turns, so that a change of the machine's mood meets all alike.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			contenders := streamers(f.Dir)
			for _, t := range []lane.Transport{lane.Pipe, lane.TCP} {
				contenders = append(contenders, lane.Contender{Transport: t, Buffered: true})
			}
			entries := make([]entry, len(contenders))
			for i, c := range contenders {
				entries[i] = entry{c.Name(), c}
			}
			return f.run(cmd, "compare", entries)
		},
	}
	f.register(cmd, "contender")
	return cmd
}

// entry is a contender with the name of its row.
type entry struct {
	name      string
	contender lane.Contender
}

// run measures all entries in turn and prints, and draws, the medians.
func (f *compareFlags) run(cmd *cobra.Command, part string, entries []entry) error {
	if err := f.check(); err != nil {
		return err
	}
	var sizes []int
	for _, size := range f.sizes {
		sizes = append(sizes, int(size))
	}
	g := newGrid("records a second", sizes)
	bar := newBar(cmd, f.rounds*len(entries)*len(sizes))
	defer bar.end()
	for range f.rounds {
		for _, size := range sizes {
			for _, e := range entries {
				if err := streamInto(cmd.Context(), g, newReport(cmd), part, e, size, f.length); err != nil {
					return err
				}
				bar.step()
			}
		}
	}
	bar.end()
	if f.plot != "" {
		if err := g.draw(f.plot); err != nil {
			return err
		}
	}
	if cli.JSON(cmd) {
		return nil // every sample is out
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\nmedians of %d samples of %v, and their range\n\n", thisHost(), f.rounds, f.length)
	return g.print(cmd.OutOrStdout(), rangeCell)
}

// streamInto takes one sample.
func streamInto(ctx context.Context, g *grid, out *report, part string, e entry, size int, length time.Duration) error {
	r, err := lane.Stream(ctx, e.contender, size, length)
	if err == nil && r.Faults() > 0 {
		err = fmt.Errorf("%d records did not arrive as sent", r.Faults())
	}
	if err != nil {
		return fmt.Errorf("%s, %s: %w", e.name, cli.Size(size), err)
	}
	g.add(e.name, size, cli.Flow{Records: r.Records, Seconds: r.Seconds}.Rate())
	return out.line(streamLine{part, e.name, size, r})
}

// rangeCell writes the median of samples and the smallest and largest.
func rangeCell(_ int, samples []float64) string {
	switch len(samples) {
	case 0:
		return "-"
	case 1:
		return count(samples[0])
	}
	return fmt.Sprintf("%s (%s…%s)", count(median(samples)), count(samples[0]), count(samples[len(samples)-1]))
}

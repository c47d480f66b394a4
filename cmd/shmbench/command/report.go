package command

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
)

// A report prints results as they come, with --json.
type report struct{ lines *json.Encoder }

func newReport(cmd *cobra.Command) *report {
	if !cli.JSON(cmd) {
		return &report{}
	}
	return &report{json.NewEncoder(cmd.OutOrStdout())}
}

func (r *report) line(v any) error {
	if r.lines == nil {
		return nil
	}
	return r.lines.Encode(v)
}

// A grid is samples by row and by size in bytes, for people.
type grid struct {
	title string
	rows  []string
	sizes []int
	cells map[cell][]float64
}

type cell struct {
	row  string
	size int
}

func newGrid(title string, sizes []int) *grid {
	return &grid{title: title, sizes: sizes, cells: map[cell][]float64{}}
}

func (g *grid) add(row string, size int, sample float64) {
	if !slices.Contains(g.rows, row) {
		g.rows = append(g.rows, row)
	}
	at := cell{row, size}
	g.cells[at] = append(g.cells[at], sample)
}

// median returns the median of a cell's samples, 0 if there are none.
func (g *grid) median(row string, size int) float64 {
	return median(slices.Sorted(slices.Values(g.cells[cell{row, size}])))
}

// median returns the median of sorted samples, 0 if there are none.
func median(samples []float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	return (samples[len(samples)/2] + samples[(len(samples)-1)/2]) / 2
}

// print writes the grid as a table; text makes a cell's text of its samples, in order.
func (g *grid) print(w io.Writer, text func(size int, samples []float64) string) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	width := len(g.title)
	for _, row := range g.rows {
		width = max(width, len(row))
	}
	fmt.Fprintf(t, "%-*s", width, g.title)
	for _, size := range g.sizes {
		fmt.Fprintf(t, "\t%s", cli.Size(size))
	}
	fmt.Fprintln(t, "\t")
	for _, row := range g.rows {
		fmt.Fprintf(t, "%-*s", width, row)
		for _, size := range g.sizes {
			fmt.Fprintf(t, "\t%s", text(size, slices.Sorted(slices.Values(g.cells[cell{row, size}]))))
		}
		fmt.Fprintln(t, "\t")
	}
	return t.Flush()
}

// rateCell writes records per second and what that is in bytes.
func rateCell(size int, samples []float64) string {
	if len(samples) == 0 {
		return "-"
	}
	rate := median(samples)
	return fmt.Sprintf("%s (%s/s)", count(rate), cli.Approx(rate*float64(size)))
}

// count writes a number with three digits.
func count(n float64) string {
	switch {
	case n >= 1e6:
		return cli.Digits(n/1e6) + " M"
	case n >= 1e3:
		return cli.Digits(n/1e3) + " k"
	}
	return cli.Digits(n)
}

func printTrips(w io.Writer, title string, all []series) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\tp50\tp90\tp99\tp99.9\tmax\tcount\t\n", title)
	for _, s := range all {
		fmt.Fprintf(t, "%-*s", len(title), s.name)
		for _, ns := range []int64{s.trips.P50, s.trips.P90, s.trips.P99, s.trips.P999, s.trips.Max} {
			fmt.Fprintf(t, "\t%s", load.Short(ns))
		}
		fmt.Fprintf(t, "\t%d\t\n", s.trips.Count)
	}
	return t.Flush()
}

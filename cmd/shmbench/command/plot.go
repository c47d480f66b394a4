package command

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"github.com/shmring/ipc/cmd/internal/cli"
)

// plotFormats are the endings of file names that draw understands.
var plotFormats = []string{".svg", ".png", ".pdf"}

// checkPlot refuses a file name that draw would not understand, before anything is measured.
func checkPlot(path string) error {
	if ending := filepath.Ext(path); path != "" && !slices.Contains(plotFormats, ending) {
		return cli.Usage("--plot %s: the name must end in one of %v", path, plotFormats)
	}
	return nil
}

// draw draws a grid's medians over the size, both logarithmic, into a file.
func (g *grid) draw(path string) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = g.title, "bytes per record", "records a second"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Add(plotter.NewGrid())
	p.Legend.Top = true
	var lines []any
	for _, row := range g.rows {
		var points plotter.XYs
		for _, size := range g.sizes {
			if y := g.median(row, size); y > 0 && !math.IsInf(y, 0) {
				points = append(points, plotter.XY{X: float64(size), Y: y})
			}
		}
		lines = append(lines, row, points)
	}
	if err := plotutil.AddLinePoints(p, lines...); err != nil {
		return err
	}
	if err := p.Save(24*vg.Centimeter, 16*vg.Centimeter, path); err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	return nil
}

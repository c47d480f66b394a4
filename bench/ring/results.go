package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"text/tabwriter"
	"time"
)

// A host is what has to stand beside a figure.
type host struct {
	CPU      string    `json:"cpu"`
	CPUs     int       `json:"cpus"`
	Kernel   string    `json:"kernel"`
	Go       string    `json:"go"`
	Compiler string    `json:"cc"`
	Load     string    `json:"load"` // averages over 1, 5 and 15 minutes, before the first sample
	Time     time.Time `json:"time"`
}

func thisHost(ctx context.Context) host {
	return host{
		CPU: processor(), CPUs: runtime.NumCPU(), Kernel: kernel(), Go: runtime.Version() + " " + runtime.GOARCH,
		Compiler: compilerVersion(ctx), Load: load(), Time: time.Now().UTC().Truncate(time.Second),
	}
}

func (h host) print(w io.Writer) {
	fmt.Fprintf(w, "%s, processors: %d; %s; %s; %s; load %s; %s\n", h.CPU, h.CPUs, h.Kernel, h.Go, h.Compiler, h.Load, h.Time.Format(time.RFC3339))
}

// Results are everything one run has found.
type results struct {
	Host  host         `json:"host"`
	Lines []lineResult `json:"lines"`
}

// A lineResult holds the samples of a line, in the order in which they ran, and the verdicts on it.
type lineResult struct {
	Title    string    `json:"title"`
	Rows     []row     `json:"rows"`
	Verdicts []verdict `json:"verdicts"`
	Samples  []sample  `json:"samples"`
	metrics  []metric
}

// A row holds the medians of one entry in one phase.
type row struct {
	Entry   string             `json:"entry"`
	Phase   phase              `json:"phase"`
	Samples int                `json:"samples"`
	Bounce  float64            `json:"bounce_ns"` // median of the bounces beside its samples
	Figures map[string]float64 `json:"figures"`
}

// measure runs a line: round after round, each entry in turn, a bounce between any two.
func (n runner) measure(ctx context.Context, l line, rounds int) (lineResult, error) {
	if l.once {
		rounds = 1
	}
	result := lineResult{Title: l.title, metrics: l.metrics}
	before, err := measureBounce(ctx, n.baseline)
	if err != nil {
		return result, err
	}
	for round := range rounds {
		for _, e := range l.entries {
			r, cpu, err := n.run(ctx, e)
			if err != nil {
				return result, err
			}
			after, err := measureBounce(ctx, n.baseline)
			if err != nil {
				return result, err
			}
			result.Samples = append(result.Samples, sample{
				Line: l.title, Entry: e.label, Round: round, Before: before, After: after, Phase: phaseOf(before, after), Report: r, CPU: cpu,
			})
			before = after
		}
	}
	for _, e := range l.entries {
		for _, p := range []phase{near, far, mixed} {
			if row := newRow(result.Samples, e.label, p, l.metrics); row.Samples > 0 {
				result.Rows = append(result.Rows, row)
			}
		}
	}
	for _, c := range l.claims {
		result.Verdicts = append(result.Verdicts, c.judge(result.Samples)...)
	}
	return result, nil
}

func newRow(samples []sample, entry string, p phase, metrics []metric) row {
	r := row{Entry: entry, Phase: p, Figures: make(map[string]float64)}
	var bounces []float64
	figures := make(map[string][]float64)
	for _, s := range samples {
		if s.Entry != entry || s.Phase != p {
			continue
		}
		r.Samples++
		bounces = append(bounces, s.Before, s.After)
		for _, m := range metrics {
			if v := m.value(s); !math.IsNaN(v) {
				figures[m.name] = append(figures[m.name], v)
			}
		}
	}
	r.Bounce = median(bounces)
	for name, values := range figures {
		r.Figures[name] = median(values)
	}
	return r
}

func (r lineResult) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n", r.Title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, m := range r.metrics {
		fmt.Fprintf(t, "%s\t", m.name)
	}
	fmt.Fprint(t, "samples\tphase\tbounce ns\t  contestant\n")
	for _, row := range r.Rows {
		for _, m := range r.metrics {
			if v, ok := row.Figures[m.name]; ok {
				fmt.Fprintf(t, "%s\t", figure(v))
			} else {
				fmt.Fprint(t, "–\t")
			}
		}
		fmt.Fprintf(t, "%d\t%s\t%.0f\t  %s\n", row.Samples, row.Phase, row.Bounce, row.Entry)
	}
	t.Flush()
}

// printVerdicts prints every goal with what was reached.
func (r results) printVerdicts(w io.Writer) {
	fmt.Fprint(w, "\nGoals\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "reached\tgoal\tpairs\tphase\t\t  claim\n")
	for _, line := range r.Lines {
		for _, v := range line.Verdicts {
			bound, reached := "≥ ", figure(v.Value)
			if v.AtMost {
				bound = "≤ "
			}
			if v.Verdict == unsettled {
				reached = "–"
			}
			fmt.Fprintf(t, "%s\t%s%s\t%d\t%s\t%s\t  %s\n", reached, bound, figure(v.Goal), v.Pairs, v.Phase, v.Verdict, v.Claim)
		}
	}
	t.Flush()
}

// figure prints three significant digits, and whole numbers from 100.
func figure(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// bytesText prints a size that is a whole number of bytes below 1 KiB or of KiB.
func bytesText(n int) string {
	if n >= 1024 {
		return fmt.Sprintf("%d KiB", n/1024)
	}
	return fmt.Sprintf("%d B", n)
}

package command

import (
	"fmt"
	"reflect"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/formats"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
)

func newCodec() *cobra.Command {
	sizes := cli.Sizes{100, 1 << 10, 10 << 10, 100 << 10}
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "codec",
		Short: "Measure bincode against tagged, MessagePack, JSON and gob",
		Long: "Measure how long it takes to encode and decode a record of numbers, text and bytes: bincode, tagged,\n" +
			"MessagePack and JSON of this module, and gob. Every decoding makes a new value; borrow leaves text and\n" +
			"bytes where they are.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCodec(cmd, sizes, length) },
	}
	cmd.Flags().Var(&sizes, "sizes", "about how large the record is, in bincode, 100 bytes or more")
	cmd.Flags().DurationVar(&length, "for", 100*time.Millisecond, "length of one measurement")
	return cmd
}

// minSample is the least that a sample can be asked to have: what its fixed fields take, and a little text and data.
const minSample = 100

// codecLine is one measurement.
type codecLine struct {
	Part  string `json:"part"`
	Codec string `json:"codec"`
	Size  int    `json:"size"` // asked for
	Op    string `json:"op"`   // encode, decode, borrow
	Bytes int    `json:"bytes"`
	load.Cost
}

func runCodec(cmd *cobra.Command, sizes cli.Sizes, length time.Duration) error {
	if length <= 0 {
		return cli.Usage("--for %v: want more than 0", length)
	}
	for _, size := range sizes {
		if size < minSample {
			return cli.Usage("--sizes %v: want %d bytes or more", size, minSample)
		}
	}
	out, t := newReport(cmd), tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
	if !cli.JSON(cmd) {
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n", thisHost())
	}
	for _, size := range sizes {
		sample := formats.NewSample(int(size))
		all, err := formats.All(&sample)
		if err != nil {
			return err
		}
		if !cli.JSON(cmd) {
			fmt.Fprintf(t, "\n%s\tbytes\tencode\tp99\tallocs\tdecode\tp99\tallocs\tborrow\tp99\tallocs\t\n", size)
		}
		for _, c := range all {
			lines, err := measureCodec(cmd, c, &sample, length)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			fmt.Fprintf(t, "%s\t%d", c.Name, lines[0].Bytes)
			for _, l := range lines {
				l.Size = int(size)
				if err := out.line(l); err != nil {
					return err
				}
				fmt.Fprintf(t, "\t%s\t%s\t%s", load.Short(int64(l.Ns+0.5)), load.Short(l.P99), cli.Digits(l.Allocs))
			}
			fmt.Fprintln(t, "\t")
		}
		if cli.JSON(cmd) {
			continue
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// measureCodec measures all that a format can do with the sample, after having seen that it does it right.
func measureCodec(cmd *cobra.Command, c formats.Contender, sample *formats.Sample, length time.Duration) ([]codecLine, error) {
	encoded, err := c.Encode()
	if err != nil {
		return nil, err
	}
	var got formats.Sample
	decode := func(f func(*formats.Sample) error) func() error {
		return func() error {
			got = formats.Sample{}
			return f(&got)
		}
	}
	ops := []struct {
		name string
		do   func() error
	}{
		{"encode", func() error { _, err := c.Encode(); return err }},
		{"decode", decode(c.Decode)},
		{"borrow", decode(c.Borrow)},
	}
	if c.Borrow == nil {
		ops = ops[:2]
	}
	var lines []codecLine
	for i, op := range ops {
		cost, err := load.Time(cmd.Context(), length, op.do)
		if err != nil {
			return nil, err
		}
		if i > 0 && !reflect.DeepEqual(got, *sample) {
			return nil, fmt.Errorf("%s gave another value than was encoded", op.name)
		}
		lines = append(lines, codecLine{Part: "codec", Codec: c.Name, Op: op.name, Bytes: len(encoded), Cost: cost})
	}
	return lines, nil
}

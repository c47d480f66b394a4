package command

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

type sendFlags struct {
	ringFlags
	size  cli.Size
	count uint64
	batch int
	rate  float64
}

func newSend() *cobra.Command {
	f := sendFlags{size: 64}
	cmd := &cobra.Command{
		Use:   "send --name NAME",
		Short: "Send numbered records into a ring",
		Long: "Send numbered records into a ring, which is created if there is none. The first 8 bytes of every\n" +
			"record are its number, little endian, counted from 0 by every sender.",
		Example: "  shmbench send --name feed --size 64 --count 10000000 --json &\n  shmbench recv --name feed --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd)
	cmd.Flags().Var(&f.size, "size", "bytes per record, at least 8")
	cmd.Flags().Uint64Var(&f.count, "count", 1000000, "number of records")
	cmd.Flags().IntVar(&f.batch, "batch", 1, "records per publication")
	cmd.Flags().Float64Var(&f.rate, "rate", 0, "records per second; 0: as fast as they go")
	return cmd
}

func (f *sendFlags) run(cmd *cobra.Command) (err error) {
	if err := errors.Join(f.check(), f.checkLoad()); err != nil {
		return err
	}
	ctx := cmd.Context()
	seg, err := f.OpenOrCreate(ctx, f.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seg.Close()) }()
	p, err := seg.Producer()
	if err != nil {
		return err
	}
	begun := time.Now()
	sent, err := f.send(ctx, p)
	if sent == 0 && err != nil {
		return err
	}
	flow := cli.Flow{Records: sent, Bytes: sent * uint64(f.size), Seconds: time.Since(begun).Seconds()}
	return errors.Join(err, cli.Report(cmd, flow))
}

func (f *sendFlags) checkLoad() error {
	if err := checkSize(f.size); err != nil {
		return err
	}
	switch {
	case f.batch < 1 || f.batch > maxBatch:
		return cli.Usage("--batch %d: want 1 to %d", f.batch, maxBatch)
	case f.rate < 0:
		return cli.Usage("--rate %g: want 0 or more", f.rate)
	}
	return nil
}

// Bounds of what send keeps in memory. The ring's own limit is checked by the ring.
const (
	maxSize  = 1 << 30
	maxBatch = 1 << 16
)

// checkSize checks the size of a record.
func checkSize(size cli.Size) error {
	if size < load.MinSize || size > maxSize {
		return cli.Usage("records of %d bytes: want %d, the size of a record's number, to %d", int64(size), load.MinSize, int64(maxSize))
	}
	return nil
}

// send returns the number of records sent.
func (f *sendFlags) send(ctx context.Context, p *shmring.Producer) (uint64, error) {
	if f.batch > 1 {
		return f.sendBatches(ctx, p)
	}
	record, pace := make([]byte, f.size), newPace(f.rate)
	for n := range f.count {
		load.Stamp(record, n)
		pace.wait(n)
		if err := p.Send(ctx, record); err != nil {
			return n, err
		}
	}
	return f.count, nil
}

func (f *sendFlags) sendBatches(ctx context.Context, p *shmring.Producer) (uint64, error) {
	records, pace := make([][]byte, f.batch), newPace(f.rate)
	for i := range records {
		records[i] = make([]byte, f.size)
	}
	for n := uint64(0); n < f.count; {
		batch := records[:min(uint64(f.batch), f.count-n)]
		for i, record := range batch {
			load.Stamp(record, n+uint64(i))
		}
		pace.wait(n)
		sent, err := p.SendBatch(ctx, batch)
		if n += uint64(sent); err != nil {
			return n, err
		}
	}
	return f.count, nil
}

// A pace holds a sender to its rate, counted from its start: after a pause that lasted too long it catches up.
type pace struct {
	rate  float64 // 0: no limit
	begun time.Time
}

func newPace(rate float64) pace { return pace{rate, time.Now()} }

// wait returns when record n is due.
func (p *pace) wait(n uint64) {
	if p.rate > 0 {
		time.Sleep(time.Until(p.begun.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))))
	}
}

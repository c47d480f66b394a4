package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

type recvFlags struct {
	ringFlags
	count  uint64
	linger time.Duration
}

// lateSender is how long recv waits for another sender where there may be one.
const lateSender = time.Second

func newRecv() *cobra.Command {
	var f recvFlags
	cmd := &cobra.Command{
		Use:   "recv --name NAME",
		Short: "Receive what send sends, and verify all of it",
		Long: "Receive what send sends, and verify order and contents of every record. recv may be started before\n" +
			"or after the senders. It ends after --count records, or when the last sender has gone.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd)
	cmd.Flags().Uint64Var(&f.count, "count", 0, "number of records; 0: until the last sender has gone")
	cmd.Flags().DurationVar(&f.linger, "linger", lateSender, "how long to wait for another sender, in an mpsc ring or before --count records have come")
	return cmd
}

func (f *recvFlags) run(cmd *cobra.Command) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	ctx := cmd.Context()
	seg, err := f.Join(ctx, f.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seg.Close()) }()
	c, err := seg.Consumer()
	if err != nil {
		return err
	}
	tally := load.Tally{Midway: seg.Stats().Received > 0}
	err = f.receive(ctx, c, &tally, seg.Info().Kind == shmring.MPSC.String())
	if errors.Is(err, shmring.ErrPeerDied) || err == nil && f.over(ctx, c) {
		err = errors.Join(err, f.discard(seg, f.name))
	}
	result := tally.Result()
	switch {
	case err != nil:
	case result.Faults() > 0:
		err = fmt.Errorf("%d records did not arrive as sent", result.Faults())
	case result.Records < f.count:
		err = fmt.Errorf("the stream ended after %d records, expected were %d", result.Records, f.count)
	}
	return errors.Join(err, cli.Report(cmd, result))
}

// receive reads the stream to its end.
func (f *recvFlags) receive(ctx context.Context, c *shmring.Consumer, tally *load.Tally, many bool) error {
	var record []byte
	take := func(r shmring.Record) error {
		record = append(record[:0], r.Payload...)
		tally.Record(r.Producer, r.Generation, record)
		return nil
	}
	linger := cli.Linger{}
	if many || f.count > 0 {
		linger.For = f.linger
	}
	for f.count == 0 || tally.Records() < f.count {
		n, err := c.Drain(f.next(tally), take)
		if n == 0 && err == nil { // empty
			tally.Pause()
			var r shmring.Record
			if r, err = c.Next(ctx); err == nil {
				take(r)
				c.Release()
			}
		}
		switch {
		case err == nil:
			linger.Reset()
		case ended(err) && linger.Again(ctx):
		case err == io.EOF:
			return ctx.Err() // interrupted while it lingered
		default:
			return err
		}
	}
	tally.Pause()
	return nil
}

// next returns how many records to take at most.
func (f *recvFlags) next(tally *load.Tally) int {
	if f.count == 0 {
		return drainMax
	}
	return int(min(drainMax, f.count-tally.Records()))
}

// drainMax is how many records are released together.
const drainMax = 1024

func ended(err error) bool { return err == io.EOF || errors.Is(err, shmring.ErrPeerDied) }

// over reports whether the senders have gone with nothing left behind, and gives them a moment to go.
func (f *recvFlags) over(ctx context.Context, c *shmring.Consumer) bool {
	for linger := (cli.Linger{For: lateSender}); ; {
		_, err := c.TryNext() // a record is left to the next consumer: it is not released
		if !errors.Is(err, shmring.ErrEmpty) {
			return err == io.EOF
		}
		if !linger.Again(ctx) {
			return false
		}
	}
}

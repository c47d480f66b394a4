package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

// Round trips use two rings: NAME.ping carries the questions, NAME.pong the answers. The first question is
// a hello: a record of type helloType, whose only byte is the way to wait that pong shall use too.
const (
	pingSuffix = ".ping"
	pongSuffix = ".pong"
	helloType  = 1
)

type pingFlags struct {
	ringFlags
	size  cli.Size
	count uint64
}

func newPing() *cobra.Command {
	f := pingFlags{size: 64}
	cmd := &cobra.Command{
		Use:   "ping --name NAME",
		Short: "Time round trips to a process that runs pong",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd)
	cmd.Flags().Var(&f.size, "size", "bytes per record, at least 8")
	cmd.Flags().Uint64Var(&f.count, "count", 100000, "number of round trips that are timed")
	return cmd
}

func (f *pingFlags) run(cmd *cobra.Command) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	if f.count == 0 {
		return cli.Usage("--count 0: want 1 or more")
	}
	if err := checkSize(f.size); err != nil {
		return err
	}
	ctx := cmd.Context()
	line, err := f.openLine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	trips, err := line.measure(ctx, int(f.size), f.count)
	if err != nil {
		return err
	}
	return cli.Report(cmd, trips.Result())
}

// openLine attaches both rings and says hello.
func (f *pingFlags) openLine(ctx context.Context) (l *line, err error) {
	l = &line{flags: &f.ringFlags}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.there, err = f.OpenOrCreate(ctx, f.name+pingSuffix); err != nil {
		return l, err
	}
	if l.back, err = f.OpenOrCreate(ctx, f.name+pongSuffix); err != nil {
		return l, err
	}
	if l.questions, err = l.there.Producer(); err != nil {
		return l, err
	}
	if l.answers, err = l.back.Consumer(); err != nil {
		return l, err
	}
	return l, l.questions.SendRecord(ctx, shmring.Record{Type: helloType, Payload: []byte{byte(f.Wait)}})
}

// A line is ping's end of the two rings. It removes them at the end, if shmbench made them.
type line struct {
	flags       *ringFlags
	there, back *shmring.Segment
	questions   *shmring.Producer
	answers     *shmring.Consumer
}

// forever is longer than anybody waits.
const forever = time.Duration(1<<63 - 1)

// measure makes count round trips.
func (l *line) measure(ctx context.Context, size int, count uint64) (*load.Trips, error) {
	trips, answer, answered := load.NewTrips(), make([]byte, 0, size), false
	late := cli.Linger{For: forever}
	ask := func(question []byte) ([]byte, error) {
		if err := l.questions.Send(ctx, question); err != nil {
			return nil, err
		}
		for {
			b, err := l.answers.Recv(ctx, answer)
			switch {
			case err == nil && bytes.HasPrefix(b, question[:load.MinSize]):
				answer, answered = b, true
				return b, nil
			case err == nil: // what a ping that was killed left behind has other numbers
			case !ended(err) || answered:
				return nil, fmt.Errorf("pong: %w", err)
			case !late.Again(ctx): // the end of an earlier pong
				return nil, ctx.Err()
			}
		}
	}
	return trips, trips.Run(load.Limit{Count: count}, size, ask)
}

func (l *line) close() error {
	var errs []error
	for _, end := range []struct {
		segment *shmring.Segment
		suffix  string
	}{{l.there, pingSuffix}, {l.back, pongSuffix}} {
		if end.segment != nil {
			errs = append(errs, l.flags.discard(end.segment, l.flags.name+end.suffix), end.segment.Close())
		}
	}
	return errors.Join(errs...)
}

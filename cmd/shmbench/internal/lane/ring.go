package lane

import (
	"context"
	"errors"
	"io"

	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

// Round trips take two rings: one under the address, one under the address with this behind it.
const backSuffix = ".back"

// dirOptions says where the ring lies.
func (c Contender) dirOptions() []shmring.Option {
	if c.Dir == "" {
		return nil
	}
	return []shmring.Option{shmring.WithDir(c.Dir)}
}

// options returns what an existing ring is opened with.
func (c Contender) options() []shmring.Option {
	o := append(c.dirOptions(), shmring.WithWait(c.Wait))
	if c.Kind != 0 {
		o = append(o, shmring.WithKind(c.Kind))
	}
	return o
}

// newOptions returns what a new ring is made with.
func (c Contender) newOptions() []shmring.Option {
	o := c.options()
	if c.Capacity != 0 {
		o = append(o, shmring.WithCapacity(c.Capacity))
	}
	return o
}

// ringSend sends records for the time of the job.
func ringSend(ctx context.Context, j Job) (err error) {
	seg, err := shmring.Open(j.Address, j.options()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seg.Close()) }()
	p, err := seg.Producer()
	if err != nil {
		return err
	}
	if j.Batch > 1 {
		return ringSendBatches(ctx, p, j)
	}
	record := make([]byte, j.Size)
	for n, clock := uint64(0), newClock(j); clock.running(n); n++ {
		load.Stamp(record, n)
		if err := p.Send(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

func ringSendBatches(ctx context.Context, p *shmring.Producer, j Job) error {
	batch := make([][]byte, j.Batch)
	for i := range batch {
		batch[i] = make([]byte, j.Size)
	}
	clock := newClock(j)
	for n := uint64(0); clock.running(n / uint64(j.Batch)); n += uint64(j.Batch) {
		for i, record := range batch {
			load.Stamp(record, n+uint64(i))
		}
		if _, err := p.SendBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// ringRecv receives records until the end.
func ringRecv(ctx context.Context, c *shmring.Consumer, tally *load.Tally) (err error) {
	var record []byte
	for {
		if record, err = c.Recv(ctx, record); err == io.EOF {
			tally.Pause()
			return nil
		} else if err != nil {
			return err
		}
		tally.Record(0, 0, record)
	}
}

// A duplex is one process's ends of two rings.
type duplex struct {
	segments [2]*shmring.Segment
	out      *shmring.Producer
	in       *shmring.Consumer
}

// openDuplex attaches to the rings called out and in with open, which is shmring.Create or shmring.Open, and its options.
func openDuplex(open func(string, ...shmring.Option) (*shmring.Segment, error), opts []shmring.Option, out, in string) (d *duplex, err error) {
	d = &duplex{}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if d.segments[0], err = open(out, opts...); err != nil {
		return d, err
	}
	if d.segments[1], err = open(in, opts...); err != nil {
		return d, err
	}
	if d.out, err = d.segments[0].Producer(); err != nil {
		return d, err
	}
	d.in, err = d.segments[1].Consumer()
	return d, err
}

func (d *duplex) close() error {
	var errs []error
	for _, s := range d.segments {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// ringAnswer returns every record until the end.
func ringAnswer(ctx context.Context, j Job) (err error) {
	d, err := openDuplex(shmring.Open, j.options(), j.Address+backSuffix, j.Address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	var record []byte
	for {
		if record, err = d.in.Recv(ctx, record); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := d.out.Send(ctx, record); err != nil {
			return err
		}
	}
}

// ask is the question-and-answer function of two rings.
func (d *duplex) ask(ctx context.Context) func([]byte) ([]byte, error) {
	var answer []byte
	return func(question []byte) ([]byte, error) {
		err := d.out.Send(ctx, question)
		if err == nil {
			answer, err = d.in.Recv(ctx, answer)
		}
		return answer, err
	}
}

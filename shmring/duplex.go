package shmring

import (
	"errors"
	"fmt"
	"os"
)

// duplex is the two rings of a connection as one side has them.
type ringPair struct {
	link
	out, in *Segment
	tx      *Producer
	rx      *Consumer
}

// ringOptions returns the options of a connection's segments from those of the connection.
func ringOptions(o *options, capacity int64) options {
	return options{
		call: o.call, given: optKind | o.given&optMaxRecord, kind: SPSC, capacity: capacity, maxProducers: DefaultMaxProducers, mode: DefaultMode,
		maxRecord: o.maxRecord, schema: o.schema, wait: o.wait, checksum: o.checksum, prefault: o.prefault,
		hugePages: o.hugePages, foreign: o.foreign, logger: o.logger,
	}
}

// attachDuplex attaches to both segments, which it takes over: an error closes them.
func attachRingPair(l link, out, in *Segment) (p *ringPair, err error) {
	p = &ringPair{link: l, out: out, in: in}
	if p.tx, err = out.Producer(); err == nil {
		p.rx, err = in.Consumer()
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.rx.onlyMessages = true
	return p, nil
}

// makeDuplex makes the memory of a connection, on the listener's side. The files go to the client: its way
// out comes first.
func createRingPair(o *options, capacity int64) (p *ringPair, files []*os.File, err error) {
	l := newLink()
	ro := ringOptions(o, capacity)
	in, err := anonymous(ro, l)
	if err != nil {
		return nil, nil, err
	}
	out, err := anonymous(ro, l)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	if p, err = attachRingPair(l, out, in); err != nil {
		return nil, nil, err
	}
	return p, []*os.File{in.File(), out.File()}, nil
}

// openDuplex attaches to the memory that a listener has sent. The files stay the caller's.
func openRingPair(o *options, capacity uint64, files []*os.File) (*ringPair, error) {
	if len(files) != 2 {
		return nil, fmt.Errorf("%w: %d descriptors came with the offer of a ring, want 2", ErrHandshake, len(files))
	}
	l := newLink()
	ro := ringOptions(o, 0)
	out, err := openSealed(files[0], ro, l, capacity)
	if err != nil {
		return nil, err
	}
	in, err := openSealed(files[1], ro, l, capacity)
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return attachRingPair(l, out, in)
}

// openSealed attaches to one segment whose size nobody can change any more.
func openSealed(f *os.File, o options, l link, capacity uint64) (*Segment, error) {
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: the descriptor leads to no file (mode %v)", ErrNotSegment, info.Mode())
	}
	s, err := fromFile(f, o, true, l)
	if err != nil {
		return nil, err
	}
	if s.header.Capacity != capacity {
		err = fmt.Errorf("%w: the ring has %d bytes, the offer said %d", ErrHandshake, s.header.Capacity, capacity)
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// SealError says that a descriptor came whose memory could still be truncated under us. It unwraps to
// [ErrPermission].
type SealError struct{ File string }

func (e *SealError) Error() string {
	return fmt.Sprintf("shmring: the memory behind %s is not sealed against shrinking and growing", e.File)
}

// Unwrap returns ErrPermission.
func (e *SealError) Unwrap() error { return ErrPermission }

// close gives everything back. Only the first call does anything.
func (p *ringPair) close() error {
	return errors.Join(p.out.Close(), p.in.Close())
}

// closeFiles closes descriptors that nobody needs any more.
func closeFiles(files []*os.File) (err error) {
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/shmring/ipc/shmring"
)

// shmringContestant returns the roles over the product. Its loops call the concrete types: an interface
// call per record would be charged to the ring.
func shmringContestant(mpsc bool) contestant {
	kind := shmring.SPSC
	if mpsc {
		kind = shmring.MPSC
	}
	with := func(f func(job, *stage, shmring.Kind) (report, error)) role {
		return func(j job, s *stage) (report, error) { return f(j, s, kind) }
	}
	return contestant{
		"send": with(ringSend), "recv": with(ringRecv), "ping": with(ringPing), "pong": with(ringPong),
		"idle": with(ringIdle), "resident": with(ringResident),
	}
}

// openRing opens the ring at the job's path, suffixed; whichever process is first makes it.
func openRing(j job, kind shmring.Kind, suffix string) (*shmring.Segment, error) {
	waits := map[string]shmring.Wait{"spin": shmring.Spin, "adaptive": shmring.Adaptive, "park": shmring.Park}
	wait, ok := waits[j.Wait]
	if !ok {
		return nil, fmt.Errorf("wait %q: want spin, adaptive or park", j.Wait)
	}
	opts := []shmring.Option{
		shmring.WithDir(filepath.Dir(j.Path)), shmring.WithKind(kind), shmring.WithWait(wait),
		shmring.WithCapacity(int64(j.Capacity)),
	}
	if j.Lap > 0 {
		opts = append(opts, shmring.WithPrefault())
	}
	return shmring.OpenOrCreate(filepath.Base(j.Path)+suffix, opts...)
}

func producer(j job, kind shmring.Kind, suffix string) (*shmring.Producer, func() error, error) {
	seg, err := openRing(j, kind, suffix)
	if err != nil {
		return nil, nil, err
	}
	p, err := seg.Producer()
	if err != nil {
		return nil, nil, errors.Join(err, seg.Close())
	}
	return p, func() error { return errors.Join(p.Close(), seg.Close()) }, nil
}

func consumer(j job, kind shmring.Kind, suffix string) (*shmring.Consumer, func() error, error) {
	seg, err := openRing(j, kind, suffix)
	if err != nil {
		return nil, nil, err
	}
	c, err := seg.Consumer()
	if err != nil {
		return nil, nil, errors.Join(err, seg.Close())
	}
	return c, func() error { return errors.Join(c.Close(), seg.Close()) }, nil
}

func ringSend(j job, s *stage, kind shmring.Kind) (r report, err error) {
	p, closeRing, err := producer(j, kind, "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeRing()) }()
	script, ctx := newScript(j), context.Background()
	if err := s.start(); err != nil {
		return r, err
	}
	script.start()
	for records := script.next(); records != nil; records = script.next() {
		if j.Batch > 1 {
			if _, err := p.SendBatch(ctx, records); err != nil {
				return r, err
			}
			continue
		}
		for _, record := range records {
			if err := p.Send(ctx, record); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

func ringRecv(j job, s *stage, kind shmring.Kind) (r report, err error) {
	c, closeRing, err := consumer(j, kind, "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeRing()) }()
	check, record, ctx := newCheck(j), make([]byte, j.Size), context.Background()
	if err := s.start(); err != nil {
		return r, err
	}
	for over := false; !over; {
		if record, err = c.Recv(ctx, record); err != nil {
			return r, err
		}
		if len(record) != j.Size {
			return r, fmt.Errorf("received %d bytes, want %d", len(record), j.Size)
		}
		over = check.record(record)
		if j.Lap > 0 {
			check.lapEnd()
		}
	}
	return check.report(), nil
}

func ringPing(j job, s *stage, kind shmring.Kind) (r report, err error) {
	there, closeThere, err := producer(j, kind, "-there")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeThere()) }()
	back, closeBack, err := consumer(j, kind, "-back")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeBack()) }()
	trips, answer, ctx := newTrips(j), make([]byte, j.Size), context.Background()
	if err := s.start(); err != nil {
		return r, err
	}
	trips.start()
	for out := trips.next(); out != nil; out = trips.next() {
		if err := there.Send(ctx, out); err != nil {
			return r, err
		}
		if answer, err = back.Recv(ctx, answer); err != nil {
			return r, err
		}
		trips.answer(answer)
	}
	return trips.keep(j)
}

func ringPong(j job, s *stage, kind shmring.Kind) (r report, err error) {
	there, closeThere, err := consumer(j, kind, "-there")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeThere()) }()
	back, closeBack, err := producer(j, kind, "-back")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeBack()) }()
	record, ctx := make([]byte, j.Size), context.Background()
	if err := s.start(); err != nil {
		return r, err
	}
	for over := false; !over; over = last(record) {
		if record, err = there.Recv(ctx, record); err != nil {
			return r, err
		}
		if err := back.Send(ctx, record); err != nil {
			return r, err
		}
	}
	return r, nil
}

// both opens one ring with its two ends in this process: one mapping.
func both(j job, kind shmring.Kind) (*shmring.Producer, *shmring.Consumer, func() error, error) {
	seg, err := openRing(j, kind, "")
	if err != nil {
		return nil, nil, nil, err
	}
	p, err := seg.Producer()
	if err != nil {
		return nil, nil, nil, errors.Join(err, seg.Close())
	}
	c, err := seg.Consumer()
	if err != nil {
		return nil, nil, nil, errors.Join(err, p.Close(), seg.Close())
	}
	return p, c, func() error { return errors.Join(p.Close(), c.Close(), seg.Close()) }, nil
}

// ringIdle waits for a record that the silent producer beside it never sends.
func ringIdle(j job, s *stage, kind shmring.Kind) (r report, err error) {
	_, c, closeRing, err := both(j, kind)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeRing()) }()
	if err := s.start(); err != nil {
		return r, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(j.Millis)*time.Millisecond)
	defer cancel()
	if _, err := c.Recv(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		return r, fmt.Errorf("idle consumer: got %v, want the deadline", err)
	}
	return r, nil
}

// ringResident sends and receives until every page of the ring has been touched, then measures.
func ringResident(j job, s *stage, kind shmring.Kind) (r report, err error) {
	p, c, closeRing, err := both(j, kind)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeRing()) }()
	record, ctx := make([]byte, j.Size), context.Background()
	for sent := 0; sent < 2*j.Capacity; sent += j.Size {
		if err := p.Send(ctx, record); err != nil {
			return r, err
		}
		if record, err = c.Recv(ctx, record); err != nil {
			return r, err
		}
	}
	if err := s.start(); err != nil {
		return r, err
	}
	r.RSS, err = residentBytes()
	return r, err
}

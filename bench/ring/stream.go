package main

import (
	"bufio"
	"io"
)

// streamBuffer is the size of the bufio buffers.
const streamBuffer = 64 << 10

// contestant returns the roles over t: one write and one read per record, or both through a bufio.
func (t transport) contestant(buffered bool) contestant {
	c := contestant{
		"send": func(j job, s *stage) (report, error) { return t.send(j, s, buffered) },
		"recv": func(j job, s *stage) (report, error) { return t.recv(j, s, buffered) },
	}
	if !buffered { // a buffer in the way of a round trip would be flushed at once
		c["ping"], c["pong"] = t.ping, t.pong
	}
	return c
}

func (t transport) send(j job, s *stage, buffered bool) (report, error) {
	conn, err := t.dial(j.Path)
	if err != nil {
		return report{}, err
	}
	defer conn.Close()
	w := bufio.NewWriterSize(conn, streamBuffer)
	script := newScript(j)
	if err := s.start(); err != nil {
		return report{}, err
	}
	script.start()
	for records := script.next(); records != nil; records = script.next() {
		for _, r := range records {
			if buffered {
				_, err = w.Write(r)
			} else {
				_, err = conn.Write(r)
			}
			if err != nil {
				return report{}, err
			}
		}
	}
	return report{}, w.Flush()
}

func (t transport) recv(j job, s *stage, buffered bool) (report, error) {
	conn, err := t.accept(j.Path)
	if err != nil {
		return report{}, err
	}
	defer conn.Close()
	var r io.Reader = conn
	if buffered {
		r = bufio.NewReaderSize(conn, streamBuffer)
	}
	check, record := newCheck(j), make([]byte, j.Size)
	if err := s.start(); err != nil {
		return report{}, err
	}
	for over := false; !over; over = check.record(record) {
		if _, err := io.ReadFull(r, record); err != nil {
			return report{}, err
		}
	}
	return check.report(), nil
}

func (t transport) ping(j job, s *stage) (report, error) {
	conn, err := t.dial(j.Path)
	if err != nil {
		return report{}, err
	}
	defer conn.Close()
	trips, back := newTrips(j), make([]byte, j.Size)
	if err := s.start(); err != nil {
		return report{}, err
	}
	trips.start()
	for out := trips.next(); out != nil; out = trips.next() {
		if _, err := conn.Write(out); err != nil {
			return report{}, err
		}
		if _, err := io.ReadFull(conn, back); err != nil {
			return report{}, err
		}
		trips.answer(back)
	}
	return trips.keep(j)
}

func (t transport) pong(j job, s *stage) (report, error) {
	conn, err := t.accept(j.Path)
	if err != nil {
		return report{}, err
	}
	defer conn.Close()
	record := make([]byte, j.Size)
	if err := s.start(); err != nil {
		return report{}, err
	}
	for over := false; !over; over = last(record) {
		if _, err := io.ReadFull(conn, record); err != nil {
			return report{}, err
		}
		if _, err := conn.Write(record); err != nil {
			return report{}, err
		}
	}
	return report{}, nil
}

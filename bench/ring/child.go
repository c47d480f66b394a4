package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// A role is one process's part in a sample. It attaches, calls start, does the job and reports.
type role func(j job, s *stage) (report, error)

// A contestant is one transport: its roles by name. The driver asks for
//
//	send, recv     a stream from one process (or several) to another
//	ping, pong     round trips, as many as the time allows
//	both, rtt      the same two inside one process
//	idle           attached, waiting for a record that does not come
//	resident       attached, every page of the ring touched
//	pace           the clockwork of bursts, with nothing sent
type contestant map[string]role

// contestants returns every contestant written in Go by its name.
func contestants() map[string]contestant {
	return map[string]contestant{
		"nothing":      {"idle": idleProgram, "resident": idleProgram, "pace": paceOnly},
		"channel":      {"both": channelStream, "rtt": channelRoundTrip},
		"unix":         unixSocket().contestant(false),
		"unix-bufio":   unixSocket().contestant(true),
		"tcp":          tcpLoopback().contestant(false),
		"tcp-bufio":    tcpLoopback().contestant(true),
		"pipe":         namedPipe().contestant(false),
		"pipe-bufio":   namedPipe().contestant(true),
		"shmring":      shmringContestant(false),
		"shmring-mpsc": shmringContestant(true),
	}
}

// childGrace is how long a child may outlive its sample before it ends itself: its driver must be gone.
const childGrace = 60 * time.Second

// A stage is a child's line to the driver.
type stage struct {
	in     *bufio.Reader
	out    io.Writer
	cpu    float64 // used before the start
	sleeps uint64
}

// start says "ready" and waits for the driver's word.
func (s *stage) start() error {
	if _, err := fmt.Fprintln(s.out, "ready"); err != nil {
		return err
	}
	if _, err := s.in.ReadString('\n'); err != nil {
		return fmt.Errorf("no word from the driver: %w", err)
	}
	var err error
	s.cpu, s.sleeps, err = used()
	return err
}

// runChild is the program of a child: CONTESTANT ROLE key=value...
func runChild(args []string, in io.Reader, out io.Writer) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: %s CONTESTANT ROLE key=value", childWord)
	}
	play := contestants()[args[0]][args[1]]
	if play == nil {
		return fmt.Errorf("no contestant %q with role %q", args[0], args[1])
	}
	j, err := parseJob(args[2:])
	if err != nil {
		return err
	}
	time.AfterFunc(time.Duration(j.Millis)*time.Millisecond+childGrace, func() {
		fmt.Fprintln(os.Stderr, "ring: the driver is gone")
		os.Exit(1)
	})
	s := &stage{in: bufio.NewReader(in), out: out}
	r, err := play(j, s)
	if err != nil {
		return err
	}
	cpu, sleeps, err := used()
	if err != nil {
		return err
	}
	r.CPU, r.Sleeps = cpu-s.cpu, sleeps-s.sleeps
	if r.RSS == 0 { // the roles that measure it do so while they are attached
		if r.RSS, err = residentBytes(); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(r)
}

// idleProgram is a Go program that does nothing: the mark for memory and for idle processor use.
func idleProgram(j job, s *stage) (report, error) {
	err := s.start()
	time.Sleep(time.Duration(j.Millis) * time.Millisecond)
	return report{}, err
}

// paceOnly keeps the time of bursts and sends nothing: what a Go sender's timer costs without any ring.
func paceOnly(j job, s *stage) (report, error) {
	script := newScript(j)
	if err := s.start(); err != nil {
		return report{}, err
	}
	script.start()
	for script.next() != nil {
	}
	return report{}, nil
}

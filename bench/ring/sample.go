package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// An entry is one contestant in one line of the suite.
type entry struct {
	label      string   // in the table
	contestant string   // in contestants, or a C baseline
	roles      []string // one process each; the first one's report counts
	job        job
}

// A sample is one run of an entry, with the bounces beside it.
type sample struct {
	Line   string  `json:"line"`
	Entry  string  `json:"entry"`
	Round  int     `json:"round"`
	Phase  phase   `json:"phase"`
	Before float64 `json:"bounce_before_ns"`
	After  float64 `json:"bounce_after_ns"`
	Report report  `json:"report"`
	CPU    float64 `json:"cpu_all"` // seconds, all processes of the sample
}

// A runner makes samples: it knows its own program, for contestants in Go, and the C one.
type runner struct {
	self, baseline string
	pin            bool // the two processes of a sample stay on one processor each
}

// The file of a C baseline: two rings, there and back, each after a page of control words.
const baselineRings, baselineControl = 2, 4096

// run makes one sample. The processes attach, then the receiver and after it the senders get the word.
func (n runner) run(ctx context.Context, e entry) (r report, cpu float64, err error) {
	dir, err := os.MkdirTemp(sharedMemoryDir, "ring-bench-")
	if err != nil {
		return r, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	j := e.job
	j.Path, j.Samples = filepath.Join(dir, "ring"), filepath.Join(dir, "samples")
	_, inGo := contestants()[e.contestant]
	if !inGo {
		if err := makeRings(j); err != nil {
			return r, 0, err
		}
	}

	ctx, cancel := context.WithTimeout(ctx, time.Duration(j.Millis)*time.Millisecond+childGrace)
	defer cancel()
	var children []*child
	defer func() {
		cancel() // a sample that failed leaves nobody running
		for _, c := range children {
			if failed := c.end(); err == nil {
				err = failed
			}
		}
	}()
	for i, role := range e.roles {
		if role == "send" {
			j.ID = i - 1
		}
		program, args := n.baseline, append([]string{e.contestant, role}, j.args()...)
		if inGo {
			program, args = n.self, append([]string{childWord}, args...)
		}
		c, err := startChild(ctx, program, args)
		if err != nil {
			return r, 0, err
		}
		children = append(children, c)
	}
	for _, c := range children {
		if line, err := c.line(); err != nil || line != "ready" {
			return r, 0, fmt.Errorf("%s %s: want ready, got %q: %w", e.label, c.role, line, errors.Join(err, c.end()))
		}
	}
	if n.pin && len(children) == 2 {
		for i, c := range children {
			cmd := exec.CommandContext(ctx, n.baseline, "pin", strconv.Itoa(i), strconv.Itoa(c.cmd.Process.Pid))
			if out, err := cmd.CombinedOutput(); err != nil {
				return r, 0, fmt.Errorf("%s: %w: %s", cmd, err, out)
			}
		}
	}
	for _, c := range children {
		if _, err := io.WriteString(c.in, "go\n"); err != nil {
			return r, 0, err
		}
	}
	for i, c := range children {
		line, err := c.line()
		if err != nil {
			return r, 0, fmt.Errorf("%s %s: %w", e.label, c.role, errors.Join(err, c.end()))
		}
		one, err := parseReport([]byte(line))
		if err != nil {
			return r, 0, err
		}
		if one.Bad != 0 {
			return r, 0, fmt.Errorf("%s %s: %d of %d records lost, reordered or duplicated", e.label, c.role, one.Bad, one.Records)
		}
		cpu += one.CPU
		if i == 0 {
			r = one
		}
	}
	for _, c := range children {
		if err := c.end(); err != nil {
			return r, 0, err
		}
	}
	if e.roles[0] == "ping" || e.roles[0] == "rtt" {
		r.Samples, err = readSamples(j.Samples)
	}
	return r, cpu, err
}

// makeRings makes the zeroed file that the C baselines map.
func makeRings(j job) error {
	f, err := os.Create(j.Path)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(int64(baselineRings*(baselineControl+j.Capacity))), f.Close())
}

// A child is one process of a sample.
type child struct {
	role  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	err   bytes.Buffer
	ended bool
}

func startChild(ctx context.Context, program string, args []string) (*child, error) {
	c := &child{role: strings.Join(args[:2], " "), cmd: exec.CommandContext(ctx, program, args...)}
	c.cmd.Stderr = &c.err
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	return c, c.cmd.Start()
}

func (c *child) line() (string, error) {
	line, err := c.out.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// end waits for the process and returns how it failed, once.
func (c *child) end() error {
	if c.ended {
		return nil
	}
	c.ended = true
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", c.role, err, bytes.TrimSpace(c.err.Bytes()))
	}
	return nil
}

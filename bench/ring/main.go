// Command ring measures the rings of shmring against baselines: rings in C, written to be as fast as they
// can be, and what a Go program would use instead.
//
//	go run ./bench/ring            # some minutes: the published figures
//	go run ./bench/ring --quick    # everything once, in seconds: does it still work
//	go run ./bench/ring --only 'Stream, 64 B' --rounds 9
//	go run ./bench/ring --json     # every sample, for other programs
//
// Every contestant runs in real processes of its own, copies in and copies out, and checks the number of
// every record. The contestants of a line take turns for several rounds. Before and after every sample the
// bounce of a cache line between the two processors is measured; ratios are formed only between samples
// of the same round and the same phase, near or far, and the median of them is held against the goal.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// childWord as the first argument makes the program a child of itself.
const childWord = "child"

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == childWord {
		err = runChild(os.Args[2:], os.Stdin, os.Stdout)
	} else {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = drive(ctx, os.Args[1:], os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ring:", err)
		os.Exit(1)
	}
}

// drive is the program of the driver.
func drive(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("ring", flag.ExitOnError)
	quick := flags.Bool("quick", false, "run everything once and briefly: the figures mean nothing")
	asJSON := flags.Bool("json", false, "print one JSON document with every sample")
	rounds := flags.Int("rounds", 5, "samples of every contestant")
	millis := flags.Int("ms", 300, "length of a sample in milliseconds")
	wait := flags.String("wait", "adaptive", "how shmring waits in the streams: spin, adaptive or park")
	pin := flags.Bool("pin", true, "keep the two processes of a sample on one processor each")
	only := flags.String("only", "", "run only the lines whose title contains this")
	if err := flags.Parse(args); err != nil {
		return err
	}
	l := lengths{stream: *millis, idle: 5000, burst: 2000, laps: max(*millis, 100)}
	if *quick {
		*rounds, l = 1, lengths{stream: 20, idle: 200, burst: 200, laps: 100}
	}

	lines := slices.DeleteFunc(suite(l, *wait), func(l line) bool { return !strings.Contains(l.title, *only) })
	if len(lines) == 0 {
		return fmt.Errorf("no line has %q in its title", *only)
	}

	dir, err := os.MkdirTemp("", "ring-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	baseline, err := buildBaseline(ctx, dir)
	if err != nil {
		return err
	}
	n := runner{self: self, baseline: baseline, pin: *pin}
	results := results{Host: thisHost(ctx)}
	if !*asJSON {
		results.Host.print(out)
	}
	for _, line := range lines {
		r, err := n.measure(ctx, line, *rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", line.title, err)
		}
		if !*asJSON {
			r.print(out)
		}
		results.Lines = append(results.Lines, r)
	}
	if *asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", " ")
		return enc.Encode(results)
	}
	results.printVerdicts(out)
	return nil
}

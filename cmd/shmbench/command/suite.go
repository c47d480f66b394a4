package command

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/lane"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

// The suite is what shmbench does without arguments.

// smallRecord is the size, in bytes, that the sentence at the end speaks of.
const smallRecord = 64

// streamers are the contenders in throughput; dir is where rings are made.
func streamers(dir string) []lane.Contender {
	return []lane.Contender{
		{Transport: lane.Ring, Dir: dir},
		{Transport: lane.Ring, Dir: dir, Batch: 32},
		{Transport: lane.Unix},
		{Transport: lane.Unix, Buffered: true},
		{Transport: lane.Pipe},
		{Transport: lane.TCP},
	}
}

// askers are the contenders in round trips.
func askers(dir string) []lane.Contender {
	return []lane.Contender{
		{Transport: lane.Ring, Dir: dir},
		{Transport: lane.Ring, Dir: dir, Wait: shmring.Spin},
		{Transport: lane.Ring, Dir: dir, Wait: shmring.Park},
		{Transport: lane.Unix},
		{Transport: lane.Pipe},
		{Transport: lane.TCP},
	}
}

// runSuite measures everything once, each for the given time.
func runSuite(cmd *cobra.Command, dir string, length time.Duration) error {
	if length <= 0 {
		return cli.Usage("--for %v: want more than 0", length)
	}
	ctx, out := cmd.Context(), newReport(cmd)
	sizes := []int{smallRecord, 1 << 10, 64 << 10}
	bar := newBar(cmd, len(streamers(dir))*len(sizes)+len(askers(dir)))
	defer bar.end()

	if err := out.line(textLine{"host", thisHost()}); err != nil {
		return err
	}
	rates := newGrid("records a second", sizes)
	for _, c := range streamers(dir) {
		for _, size := range sizes {
			if err := streamInto(ctx, rates, out, "stream", entry{c.Name(), c}, size, length); err != nil {
				return err
			}
			bar.step()
		}
	}
	trips, err := suiteRoundTrips(ctx, out, bar, dir, length)
	if err != nil {
		return err
	}
	bar.end()
	verdict := verdict(rates, trips)
	if cli.JSON(cmd) {
		return out.line(textLine{"verdict", verdict})
	}
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "%s\n%s\n", thisHost(), crowd(loads(), runtime.NumCPU()))
	rates.print(w, rateCell)
	fmt.Fprintln(w)
	printTrips(w, fmt.Sprintf("round trip of %d bytes", smallRecord), trips)
	_, err = fmt.Fprintf(w, "\n%s\n", verdict)
	return err
}

// A series is one contender's round trips.
type series struct {
	name  string
	trips load.RoundTrips
}

func suiteRoundTrips(ctx context.Context, out *report, bar *bar, dir string, length time.Duration) ([]series, error) {
	var all []series
	for _, c := range askers(dir) {
		r, err := lane.RoundTrips(ctx, c, smallRecord, length)
		if err != nil {
			return nil, fmt.Errorf("%s, round trips: %w", c.Name(), err)
		}
		all = append(all, series{c.Name(), r})
		if err := out.line(tripLine{"roundtrip", c.Name(), smallRecord, r}); err != nil {
			return nil, err
		}
		bar.step()
	}
	return all, nil
}

// verdict is the plain sentence at the end.
func verdict(rates *grid, trips []series) string {
	ring, unix := rates.median(lane.Contender{Transport: lane.Ring}.Name(), smallRecord), rates.median(lane.Contender{Transport: lane.Unix}.Name(), smallRecord)
	p50 := map[string]int64{}
	for _, s := range trips {
		p50[s.name] = s.trips.P50
	}
	spin := p50[lane.Contender{Transport: lane.Ring, Wait: shmring.Spin}.Name()]
	park := p50[lane.Contender{Transport: lane.Ring, Wait: shmring.Park}.Name()]
	socket := p50[lane.Contender{Transport: lane.Unix}.Name()]
	return fmt.Sprintf("On this machine the ring carries %s million %d-byte records a second from one process to another, %.0f times what a "+
		"Unix socket carries with a write per record, and answers in %s when it spins and %s when it sleeps, where the socket takes %s.",
		cli.Digits(ring/1e6), smallRecord, ring/unix, load.Short(spin), load.Short(park), load.Short(socket))
}

type streamLine struct {
	Part      string `json:"part"`
	Contender string `json:"contender"`
	Size      int    `json:"size"`
	load.Received
}

type tripLine struct {
	Part      string `json:"part"`
	Contender string `json:"contender"`
	Size      int    `json:"size"`
	load.RoundTrips
}

type textLine struct {
	Part string `json:"part"`
	Text string `json:"text"`
}

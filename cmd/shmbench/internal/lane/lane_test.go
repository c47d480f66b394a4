package lane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

// The test program is its own peer.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == PeerCommand {
		if reason := os.Getenv(failKey); reason != "" {
			fmt.Fprintln(os.Stderr, reason)
			os.Exit(1)
		}
		if err := Peer(context.Background(), os.Args[2], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Under the race detector every process would sleep for a second at its end.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// failKey in the environment makes the peer fail, with its value as the reason.
const failKey = "LANE_TEST_FAIL"

const short = 20 * time.Millisecond

var contenders = []Contender{
	{Transport: Ring},
	{Transport: Ring, Batch: 32},
	{Transport: Ring, Kind: shmring.MPSC, Capacity: 64 << 10},
	{Transport: Ring, Wait: shmring.Park},
	{Transport: Unix},
	{Transport: Unix, Buffered: true},
	{Transport: Pipe},
	{Transport: Pipe, Buffered: true},
	{Transport: TCP},
}

func TestEveryContenderStreamsWithoutAFault(t *testing.T) {
	for _, c := range contenders {
		for _, size := range []int{load.MinSize, 100, 4096} {
			t.Run(fmt.Sprintf("%s/%d", c.Name(), size), func(t *testing.T) {
				r, err := Stream(t.Context(), c, size, short)
				if err != nil {
					t.Fatal(err)
				}
				if r.Records == 0 || r.Bytes != r.Records*uint64(size) || r.Faults() != 0 || r.Seconds <= 0 {
					t.Errorf("got %+v", r)
				}
			})
		}
	}
}

func TestEveryContenderAnswers(t *testing.T) {
	for _, c := range contenders {
		if c.Batch > 0 || c.Buffered {
			continue
		}
		t.Run(c.Name(), func(t *testing.T) {
			r, err := RoundTrips(t.Context(), c, 64, 5*short)
			if err != nil {
				t.Fatal(err)
			}
			if r.Count == 0 || r.P50 <= 0 || r.P50 > r.P99 || r.P99 > r.Max {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func TestNamesTellContendersApart(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range contenders {
		if c.Capacity != 0 {
			continue // what the name leaves out
		}
		if seen[c.Name()] {
			t.Errorf("two contenders are called %q", c.Name())
		}
		seen[c.Name()] = true
	}
}

func TestAPeerThatFailsIsTheErrorThatIsReported(t *testing.T) {
	t.Setenv(failKey, "no such luck")
	for _, c := range []Contender{{Transport: Ring}, {Transport: Unix}, {Transport: TCP}} {
		t.Run(c.Name(), func(t *testing.T) {
			_, err := Stream(t.Context(), c, 64, short)
			if err == nil || !strings.Contains(err.Error(), "no such luck") {
				t.Errorf("Stream: %v", err)
			}
			_, err = RoundTrips(t.Context(), c, 64, short)
			if err == nil || !strings.Contains(err.Error(), "no such luck") {
				t.Errorf("RoundTrips: %v", err)
			}
		})
	}
}

func TestARecordThatTheRingRefusesIsReported(t *testing.T) {
	_, err := Stream(t.Context(), Contender{Transport: Ring, Capacity: 4096}, 4096, short)
	if err == nil || !strings.Contains(err.Error(), "record of 4096 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestAnInterruptedMeasurementLeavesNothingBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, c := range []Contender{{Transport: Ring}, {Transport: Unix}, {Transport: Pipe}, {Transport: TCP}} {
		t.Run(c.Name(), func(t *testing.T) {
			for _, role := range []Role{Send, Answer} {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*short, cancel)
				var err error
				if role == Send {
					_, err = Stream(ctx, c, 64, time.Hour)
				} else {
					_, err = RoundTrips(ctx, c, 64, time.Hour)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%s: got %v, want %v", role, err, context.Canceled)
				}
			}
		})
	}
	left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	infos, err := shmring.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if info.CreatorPID == os.Getpid() {
			t.Errorf("left behind: segment %s", info.Name)
		}
	}
}

func TestAPeerRefusesAJobThatItDoesNotUnderstand(t *testing.T) {
	if err := Peer(t.Context(), "{", strings.NewReader(""), nil); err == nil {
		t.Error("no error")
	}
}

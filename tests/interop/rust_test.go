package interop

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
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/shmring"
)

// registry is where Debian installs the sources of Rust packages.
const registry = "/usr/share/cargo/registry"

// buildRust builds the program in rust/ from the compiler and the packages of this machine, and returns its
// path. It uses no network.
func buildRust(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: building the Rust peer takes ten seconds")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skipf("the Rust peer knows the system calls of 64-bit Linux on x86 and ARM, not %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		t.Skip("no cargo in PATH")
	}
	for name, pattern := range map[string]string{"librust-bincode-dev": "bincode-1.3.*", "librust-serde-derive-dev": "serde_derive-1.*"} {
		if found, _ := filepath.Glob(filepath.Join(registry, pattern)); len(found) == 0 {
			t.Skipf("no %s in %s: install %s", pattern, registry, name)
		}
	}
	dir := t.TempDir() // cargo writes its lock file beside the sources
	if err := os.CopyFS(filepath.Join(dir, "peer"), os.DirFS("rust")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(cargo, "build", "--release", "--offline", "--quiet", "--target-dir", filepath.Join(dir, "target"),
		"--config", `source.crates-io.replace-with="debian"`,
		"--config", "source.debian.directory="+strconv.Quote(registry))
	cmd.Dir = filepath.Join(dir, "peer")
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return filepath.Join(dir, "target", "release", "shmring-peer")
}

// scene is a segment and the program that is the other side of its ring.
type scene struct {
	*testing.T
	ctx     context.Context
	peer    string
	segment *shmring.Segment
	file    string
}

func newScene(t *testing.T, peer string, opts ...shmring.Option) *scene {
	dir := t.TempDir()
	s, err := shmring.Create("interop", append(opts, shmring.WithDir(dir), shmring.WithCapacity(64<<10))...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(func() { cancel(); s.Close() })
	return &scene{t, ctx, peer, s, filepath.Join(dir, "interop.shmring")}
}

// run starts the peer; wait returns what it printed about its failure, or nothing.
func (s *scene) run(verb string, count int) (cmd *exec.Cmd, wait func() string) {
	cmd = exec.CommandContext(s.ctx, s.peer, verb, s.file, strconv.Itoa(count))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	return cmd, func() string {
		if err := cmd.Wait(); err != nil {
			return fmt.Sprintf("%v: %s", err, stderr.String())
		}
		return ""
	}
}

func (s *scene) start(verb string, count int) (wait func() string) {
	cmd, wait := s.run(verb, count)
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	return wait
}

func (s *scene) producer() *shmring.Producer {
	p, err := s.segment.Producer()
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *scene) consumer() *shmring.Consumer {
	c, err := s.segment.Consumer()
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// receive holds what comes from the ring against the first records, and returns how many came and why no
// more did.
func (s *scene) receive(c *shmring.Consumer) (got int, err error) {
	judges := [...]judge{tickType: judgeOf(bincode.Of[tick]()), orderType: judgeOf(orderCodec()),
		blobType: judgeOf(bincode.Of[blob]()), sampleType: judgeOf(bincode.Of[sample]())}
	for ; ; got++ {
		rec, err := c.Next(s.ctx)
		if err != nil {
			return got, err
		}
		kind, want := recordOf(uint64(got))
		if rec.Type != kind || rec.Version != uint8(kind) {
			s.Fatalf("record %d is of type %d version %d, want %d", got, rec.Type, rec.Version, kind)
		}
		if err := judges[kind](rec.Payload, want); err != nil {
			s.Fatalf("record %d: %v", got, err)
		}
		c.Release()
	}
}

// judge holds a payload against a value: as a value, and byte for byte.
type judge func(payload []byte, want any) error

func judgeOf[T any](k codec.Codec[T]) judge {
	return func(payload []byte, want any) error {
		var got T
		if err := k.Decode(payload, &got); err != nil {
			return err
		}
		if !reflect.DeepEqual(&got, want) {
			return fmt.Errorf("got %+v, want %+v", got, want)
		}
		if b, err := k.Append(nil, want.(*T)); err != nil || !bytes.Equal(b, payload) {
			return fmt.Errorf("got % x, want % x, %v", payload, b, err)
		}
		return nil
	}
}

// send sends the first n records, one Sender for each type over one Producer.
func (s *scene) send(p *shmring.Producer, n int) {
	senders := [...]func(any) error{tickType: s.senderOf(p, tickType), orderType: s.senderOf(p, orderType),
		blobType: s.senderOf(p, blobType), sampleType: s.senderOf(p, sampleType)}
	for i := range n {
		kind, v := recordOf(uint64(i))
		if err := senders[kind](v); err != nil {
			s.Fatalf("record %d: %v", i, err)
		}
	}
}

func (s *scene) senderOf(p *shmring.Producer, kind uint16) func(any) error {
	switch kind {
	case tickType:
		return sending(s.ctx, p, kind, bincode.Of[tick]())
	case orderType:
		return sending(s.ctx, p, kind, orderCodec())
	case blobType:
		return sending(s.ctx, p, kind, bincode.Of[blob]())
	default:
		return sending(s.ctx, p, kind, bincode.Of[sample]())
	}
}

func sending[T any](ctx context.Context, p *shmring.Producer, kind uint16, k codec.Codec[T]) func(any) error {
	s := shmring.NewSender(p, k, shmring.WithType(kind, uint8(kind)))
	return func(v any) error { return s.Send(ctx, v.(*T)) }
}

func TestARustProgramIsAPeerOfTheRing(t *testing.T) {
	peer := buildRust(t)
	const count = 100_000
	for name, opts := range map[string][]shmring.Option{"plain": nil, "checksums": {shmring.WithChecksum()}} {
		t.Run("RustSendsAndGoReceives/"+name, func(t *testing.T) {
			s := newScene(t, peer, opts...)
			wait := s.start("send", count)
			if got, err := s.receive(s.consumer()); got != count || err != io.EOF {
				t.Errorf("%d records of %d, then %v", got, count, err)
			}
			if failed := wait(); failed != "" {
				t.Error(failed)
			}
		})
		t.Run("GoSendsAndRustReceives/"+name, func(t *testing.T) {
			s := newScene(t, peer, opts...)
			wait := s.start("recv", count)
			p := s.producer()
			s.send(p, count)
			p.Close()
			if failed := wait(); failed != "" {
				t.Error(failed)
			}
			if parties := s.segment.Info().Parties; len(parties) > 0 {
				t.Errorf("all have closed, but there are %+v", parties)
			}
		})
	}

	t.Run("ItsDeathIsReportedAfterWhatItSent", func(t *testing.T) {
		s := newScene(t, peer)
		c := s.consumer()
		cmd, wait := s.run("die", 100)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		got, err := s.receive(c)
		var died *shmring.PeerDiedError
		if got != 100 || !errors.As(err, &died) || died.PID != cmd.Process.Pid {
			t.Errorf("%d records, then %v, want 100 and the death of process %d", got, err, cmd.Process.Pid)
		}
		if wait() == "" {
			t.Error("the peer did not die")
		}
		// A successor in the same ring; it has come and gone before we look again.
		if failed := s.start("send", 50)(); failed != "" {
			t.Error(failed)
		}
		if got, err = s.receive(c); got != 50 || err != io.EOF {
			t.Errorf("from the successor: %d records, then %v", got, err)
		}
	})

	t.Run("ItReportsTheDeathOfAProducerOnce", func(t *testing.T) {
		s := newScene(t, peer)
		died := s.start("die", 100)()
		if died == "" {
			t.Error("the producer did not die")
		}
		if failed := s.start("recv", 100)(); !strings.Contains(failed, "died without closing") {
			t.Errorf("the consumer of a dead producer: %q", failed)
		}
		if _, err := s.consumer().TryRecv(nil); err != shmring.ErrEmpty {
			t.Errorf("our consumer after it: %v, want ErrEmpty: all was delivered and the death reported", err)
		}
	})

	t.Run("OnlyOneOfTwoProducersAttaches", func(t *testing.T) {
		s := newScene(t, peer)
		ours := s.producer()
		if failed := s.start("send", 1)(); !strings.Contains(failed, "busy") {
			t.Errorf("the Rust producer beside ours: %q", failed)
		}
		ours.Close()
		cmd, wait := s.run("hold", 0)
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		var busy *shmring.BusyError
		if _, err := s.segment.Producer(); !errors.As(err, &busy) || busy.PID != cmd.Process.Pid {
			t.Errorf("our producer beside the Rust one, process %d: %v", cmd.Process.Pid, err)
		}
		parties := s.segment.Info().Parties
		if len(parties) != 1 || !parties[0].Alive || parties[0].Command != "shmring-peer" || time.Since(parties[0].Attached) > time.Hour {
			t.Errorf("the Rust producer described itself as %+v", parties)
		}
		stdin.Close()
		if failed := wait(); failed != "" {
			t.Error(failed)
		}
		s.producer().Close()
	})
}

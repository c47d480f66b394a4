//go:build linux && (amd64 || arm64)

package interop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// buildC compiles the client in c/ and returns its path.
func buildC(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler (cc) in PATH")
	}
	client := filepath.Join(t.TempDir(), "client")
	cmd := exec.Command(cc, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror",
		fmt.Sprintf("-DLAYOUT_HASH=%#xull", layout.LayoutHash()), "-o", client, "c/client.c")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return client
}

// cRecord is the record that c/client.c makes for the same id and number.
func cRecord(b []byte, id, i uint64) []byte {
	n := 16 + i*7919%500
	b = binary.LittleEndian.AppendUint64(b[:0], id)
	b = binary.LittleEndian.AppendUint64(b, i)
	for j := uint64(16); j < n; j++ {
		b = append(b, byte(i+j))
	}
	return b
}

// A cPeer is a running client.
type cPeer struct {
	t      *testing.T
	cmd    *exec.Cmd
	out    *bufio.Reader
	errors bytes.Buffer
}

func startC(t *testing.T, client string, args ...string) *cPeer {
	t.Helper()
	p := &cPeer{t: t, cmd: exec.Command(client, args...)}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = &p.errors
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.cmd.Process.Kill()
			p.cmd.Wait()
		}
	})
	return p
}

func (p *cPeer) line() string {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.cmd.Wait()
		p.t.Fatalf("%v: %v\n%s", p.cmd, err, p.errors.String())
	}
	return strings.TrimSpace(line)
}

func (p *cPeer) ends() {
	p.t.Helper()
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("%v: %v\n%s", p.cmd, err, p.errors.String())
	}
}

func (p *cPeer) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// cRing makes a segment that both languages can open and returns its file, too.
func cRing(t *testing.T, opts ...shmring.Option) (*shmring.Segment, string) {
	t.Helper()
	s, err := shmring.Create("c", append(opts, shmring.WithDir(t.TempDir()), shmring.WithCapacity(64<<10))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, s.Info().Path
}

var cKinds = map[string][]shmring.Option{
	"spsc": {shmring.WithKind(shmring.SPSC)}, "mpsc": {shmring.WithKind(shmring.MPSC)},
	"spsc with checksums": {shmring.WithKind(shmring.SPSC), shmring.WithChecksum()},
	"mpsc with checksums": {shmring.WithKind(shmring.MPSC), shmring.WithChecksum()},
}

// count is how many records each producer sends.
const count = 100_000

// sendLikeC sends what the C client would, waiting, in batches and through reservations.
func sendLikeC(s *shmring.Segment, id uint64) error {
	p, err := s.Producer()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var b []byte
	for i := uint64(0); i < count && err == nil; i++ {
		b = cRecord(b, id, i)
		switch i % 3 {
		case 0:
			err = p.Send(ctx, b)
		case 1:
			_, err = p.SendBatch(ctx, [][]byte{b})
		case 2:
			err = p.SendFunc(ctx, 600, func(dst []byte) (int, error) { return copy(dst, b), nil })
		}
	}
	return errors.Join(err, p.Close())
}

// receiveFromC receives to the end and checks every record of producers 0 to producers-1.
func receiveFromC(t *testing.T, s *shmring.Segment, producers int) {
	t.Helper()
	c, err := s.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	next := make([]uint64, producers)
	var b []byte
	for r, err := range c.All(ctx) {
		if err != nil {
			t.Fatal(next, err)
		}
		id := binary.LittleEndian.Uint64(r.Payload)
		if id >= uint64(producers) {
			t.Fatalf("a record of producer %d", id)
		}
		if b = cRecord(b, id, next[id]); !bytes.Equal(r.Payload, b) {
			t.Fatalf("record %d of producer %d: got % .20x, want % .20x", next[id], id, r.Payload, b)
		}
		next[id]++
	}
	for id, n := range next {
		if n != count {
			t.Errorf("%d records of producer %d, want %d", n, id, count)
		}
	}
}

func TestACProducerSendsToGo(t *testing.T) {
	client := buildC(t)
	for name, opts := range cKinds {
		t.Run(name, func(t *testing.T) {
			s, path := cRing(t, opts...)
			p := startC(t, client, "send", path, "0", fmt.Sprint(count))
			receiveFromC(t, s, 1)
			p.ends()
			if st := s.Stats(); st.Sent != count || st.Received != count || st.Used != 0 || st.Recovered != 0 || st.Deaths != 0 {
				t.Errorf("stats: %+v", st)
			}
		})
	}
}

func TestGoSendsToACConsumer(t *testing.T) {
	client := buildC(t)
	for name, opts := range cKinds {
		t.Run(name, func(t *testing.T) {
			s, path := cRing(t, opts...)
			c := startC(t, client, "recv", path)
			c.line()
			if err := sendLikeC(s, 0); err != nil {
				t.Fatal(err)
			}
			if got := strings.Fields(c.line()); got[0] != fmt.Sprint(count) {
				t.Errorf("C received %v, want %d", got, count)
			}
			c.ends()
			if st := s.Stats(); st.Sent != count || st.Received != count || st.Used != 0 {
				t.Errorf("stats: %+v", st)
			}
		})
	}
}

func TestCAndGoSendIntoOneRing(t *testing.T) {
	client := buildC(t)
	for _, receiver := range []string{"Go", "C"} {
		t.Run("received by "+receiver, func(t *testing.T) {
			s, path := cRing(t, shmring.WithKind(shmring.MPSC))
			// A producer that stays until all have come, so that the stream does not end too early.
			usher, err := s.Producer()
			if err != nil {
				t.Fatal(err)
			}
			var c *cPeer
			if receiver == "C" {
				c = startC(t, client, "recv", path)
				c.line()
			}
			sent := make(chan error, 1)
			go func() { sent <- sendLikeC(s, 2) }()
			peers := []*cPeer{
				startC(t, client, "send", path, "0", fmt.Sprint(count)), startC(t, client, "send", path, "1", fmt.Sprint(count)),
			}
			go func() {
				for s.Stats().Attaches < 4 {
					time.Sleep(time.Millisecond)
				}
				usher.Close()
			}()
			if receiver == "C" {
				want := fmt.Sprintf("%d %d %d 0", count, count, count)
				if got := c.line(); !strings.HasPrefix(got, want) {
					t.Errorf("C received %q, want %q", got, want)
				}
				c.ends()
			} else {
				receiveFromC(t, s, 3)
			}
			if err := <-sent; err != nil {
				t.Error(err)
			}
			for _, p := range peers {
				p.ends()
			}
		})
	}
}

func TestAKilledCProducerIsReportedAndItsClaimRepaired(t *testing.T) {
	client := buildC(t)
	s, path := cRing(t, shmring.WithKind(shmring.MPSC))
	c, err := s.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	victim := startC(t, client, "claim", path)
	victim.line()
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.TrySend([]byte("behind it")), p.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.TryRecv(nil); !errors.Is(err, shmring.ErrEmpty) {
		t.Errorf("with a living claim in front: %v, want ErrEmpty", err)
	}
	victim.kill()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, err := c.Recv(ctx, nil)
	if err != nil || string(b) != "behind it" {
		t.Fatalf("got %q, %v", b, err)
	}
	_, err = c.Recv(ctx, nil)
	var d *shmring.PeerDiedError
	if !errors.As(err, &d) || d.PID != victim.cmd.Process.Pid {
		t.Errorf("got %v, want a PeerDiedError of process %d", err, victim.cmd.Process.Pid)
	}
	if st := s.Stats(); st.Recovered != 1 {
		t.Errorf("%d recoveries, want 1", st.Recovered)
	}
}

func TestACConsumerRepairsTheClaimOfTheDead(t *testing.T) {
	client := buildC(t)
	s, path := cRing(t, shmring.WithKind(shmring.MPSC))
	c := startC(t, client, "recv", path)
	c.line()
	victim := startC(t, client, "claim", path)
	victim.line()
	sent := make(chan error, 1)
	go func() { sent <- sendLikeC(s, 3) }()
	for s.Stats().Attaches < 2 { // or the stream would end with the victim
		time.Sleep(time.Millisecond)
	}
	victim.kill()
	if got, want := c.line(), fmt.Sprintf("0 0 0 %d 0", count); !strings.HasPrefix(got, want) {
		t.Errorf("C received %q, want %q", got, want)
	}
	c.ends()
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if st := s.Stats(); st.Recovered != 1 || st.Deaths != 1 {
		t.Errorf("stats: %+v", st)
	}
}

func TestAKilledCConsumerIsTakenOver(t *testing.T) {
	client := buildC(t)
	s, path := cRing(t)
	victim := startC(t, client, "recv", path)
	victim.line()
	if _, err := s.Consumer(); !errors.Is(err, shmring.ErrBusy) {
		t.Errorf("beside a living consumer: %v, want ErrBusy", err)
	}
	victim.kill()
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.TrySend([]byte("x")), p.Close()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := c.TryRecv(nil); err != nil || string(b) != "x" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := c.TryRecv(nil); err != io.EOF {
		t.Errorf("at the end: %v, want EOF", err)
	}
}

func TestTheFormatDocumentIsOfThisFormat(t *testing.T) {
	text, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		fmt.Sprintf("%#016x", layout.LayoutHash()), fmt.Sprintf("Version | %d", layout.FormatVersion),
		fmt.Sprintf("%d to %d", layout.MinCapacity, uint64(layout.MaxCapacity)),
	} {
		if !strings.Contains(string(text), part) {
			t.Errorf("docs/format.md does not say %q", part)
		}
	}
}

package hostile

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// Offsets of the parts of a segment in its file.
const (
	controlAt = layout.HeaderSize
	slotsAt   = controlAt + layout.ControlSize
	ringAt    = layout.PageSize // with few slots
	capacity  = layout.MinCapacity
	size      = ringAt + capacity
)

// segment makes a small segment without a name. Its kind is MPSC if mpsc is set.
func segment(t testing.TB, mpsc, checksum bool) *shmring.Segment {
	opts := []shmring.Option{shmring.WithCapacity(capacity), shmring.WithWait(shmring.Park)}
	if mpsc {
		opts = append(opts, shmring.WithKind(shmring.MPSC), shmring.WithMaxProducers(3))
	}
	if checksum {
		opts = append(opts, shmring.WithChecksum())
	}
	s, err := shmring.Anonymous(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// put writes foreign bytes at an offset of the segment.
func put(t testing.TB, f *os.File, at int64, b []byte) {
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func putWord(t testing.TB, f *os.File, at int64, w uint64) {
	put(t, f, at, binary.LittleEndian.AppendUint64(nil, w))
}

// typed holds an error against everything that a call may say about foreign memory.
func typed(t testing.TB, call string, err error) {
	if err == nil || err == io.EOF {
		return
	}
	for _, target := range []error{
		shmring.ErrEmpty, shmring.ErrFull, shmring.ErrBusy, shmring.ErrCorrupt, shmring.ErrTooLarge, shmring.ErrClosed,
		shmring.ErrPeerDied, shmring.ErrFragment, context.DeadlineExceeded,
	} {
		if errors.Is(err, target) {
			return
		}
	}
	t.Errorf("%s: %v is none of the errors it may return", call, err)
}

// tenure is how long a test waits for a call whose context ended long ago before it calls that a hang.
const tenure = 30 * time.Second

// watch ends the program with all its stacks when a call that it was told of does not end.
func watch(call string) (done func() bool) {
	return time.AfterFunc(tenure, func() {
		stacks := make([]byte, 1<<20)
		panic(call + " hangs\n" + string(stacks[:runtime.Stack(stacks, true)]))
	}).Stop
}

// briefly returns a context for one call.
func briefly() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 200*time.Microsecond)
}

// receiveAll receives in every way until there is an error other than a damaged checksum, at most n times.
func receiveAll(t testing.TB, c *shmring.Consumer, n int) {
	var dst []byte
	for i := range n {
		var err error
		call := "TryRecv"
		done := watch(call)
		switch i % 6 {
		case 0:
			dst, err = c.TryRecv(dst)
			fits(t, dst)
		case 1:
			call = "TryNext"
			var r shmring.Record
			if r, err = c.TryNext(); err == nil {
				fits(t, r.Payload)
			}
		case 2:
			call = "Drain"
			var got int
			got, err = c.Drain(7, func(r shmring.Record) error {
				fits(t, r.Payload)
				return nil
			})
			if err == nil && got == 0 {
				err = shmring.ErrEmpty
			}
		case 3:
			call = "Recv"
			ctx, cancel := briefly()
			dst, err = c.Recv(ctx, dst)
			cancel()
			fits(t, dst)
		case 4:
			call = "All"
			ctx, cancel := briefly()
			for r, e := range c.All(ctx) {
				if err = e; e == nil {
					fits(t, r.Payload)
				}
				break
			}
			cancel()
		case 5:
			call = "RecvStream"
			ctx, cancel := briefly()
			var stream *shmring.Stream
			if stream, err = c.RecvStream(ctx); err == nil {
				_, err = io.Copy(io.Discard, stream)
			}
			cancel()
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, shmring.ErrKind) { // given up in the middle; MPSC
				err = nil
			}
		}
		done()
		typed(t, call, err)
		if err != nil && i >= 6 {
			break
		}
	}
	c.Release()
}

// look reads everything that only looks.
func look(t testing.TB, s *shmring.Segment) {
	done := watch("Stats, Info, Dump")
	defer done()
	if st := s.Stats(); st.Blocked != nil {
		_ = st.Blocked.String()
	}
	s.Info()
	total := uint64(0)
	typed(t, "Dump", s.Dump(func(e shmring.Entry) error {
		fits(t, e.Payload)
		if total += e.Size; e.Size == 0 || total > capacity {
			t.Errorf("Dump shows %d bytes of a ring of %d", total, capacity)
		}
		return nil
	}))
}

// fits reads a payload whole and checks that it can lie in the ring.
func fits(t testing.TB, b []byte) {
	if len(b) > capacity {
		t.Errorf("a payload of %d bytes out of a ring of %d", len(b), capacity)
	}
	sum := byte(0)
	for _, x := range b {
		sum += x
	}
	runtime.KeepAlive(sum)
}

// sendAll sends in every way, n times.
func sendAll(t testing.TB, p *shmring.Producer, n int) {
	msg := make([]byte, 300)
	for i := range n {
		var err error
		call := "TrySend"
		b := msg[:i*37%len(msg)]
		done := watch(call)
		switch i % 6 {
		case 0:
			err = p.TrySend(b)
		case 1:
			call = "Send"
			ctx, cancel := briefly()
			err = p.Send(ctx, b)
			cancel()
		case 2:
			call = "SendBatch"
			ctx, cancel := briefly()
			_, err = p.SendBatch(ctx, [][]byte{b, nil, b, b})
			cancel()
		case 3:
			call = "Reserve"
			var r shmring.Reservation
			if r, err = p.TryReserve(len(b)); err == nil {
				copy(r.Bytes(), b)
				err = r.CommitN(len(b) / 2)
			}
		case 4:
			call = "Abort"
			var r shmring.Reservation
			if r, err = p.TryReserve(len(b)); err == nil {
				copy(r.Bytes(), b)
				r.Abort()
			}
		case 5:
			call = "SendRecord"
			ctx, cancel := briefly()
			err = p.SendRecord(ctx, shmring.Record{Payload: b, Type: 9})
			cancel()
		}
		done()
		typed(t, call, err)
	}
}

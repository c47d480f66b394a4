package shmring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// stopped reports, from another goroutine on, that the parent has closed the child's standard input.
func stopped() *atomic.Bool {
	var stop atomic.Bool
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop.Store(true)
	}()
	return &stop
}

// comeAndGo attaches to "feed" in directory args[0] again and again, makes it where it is missing, and sends one numbered
// record each time. args[1] is its own number. At the end it says how many records it sent.
func comeAndGo(args []string) error {
	self, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	sent := uint32(0)
	for stop := stopped(); !stop.Load(); {
		s, err := OpenOrCreate("feed", WithDir(args[0]), WithKind(MPSC), WithCapacity(4096))
		if err != nil {
			return err
		}
		p, err := s.Producer()
		if errors.Is(err, fs.ErrNotExist) {
			s.Close()
			continue
		} else if err != nil {
			return err
		}
		record := binary.LittleEndian.AppendUint32([]byte{byte(self)}, sent)
		if err := p.TrySend(record); err == nil {
			sent++
		} else if !errors.Is(err, ErrFull) {
			return err
		}
		if err := errors.Join(p.Close(), s.Close()); err != nil {
			return err
		}
	}
	fmt.Println(sent)
	return nil
}

// removeDrained removes "feed" in directory args[0] whenever it is unused and drained. At the end it says how often it did.
func removeDrained(args []string) error {
	removed := 0
	unread := errors.New("unread records")
	for stop := stopped(); !stop.Load(); {
		err := RemoveUnused("feed", func(s *Segment) error {
			if st := s.Stats(); st.Sent != st.Received {
				return unread
			}
			return nil
		}, WithDir(args[0]))
		switch {
		case err == nil:
			removed++
		case !errors.Is(err, unread) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrBusy):
			return err
		}
	}
	fmt.Println(removed)
	return nil
}

func TestNoRecordIsLostToThoseWhoRemoveWhatIsUnused(t *testing.T) {
	dir := memoryDir(t)
	var senders, removers []*child
	for i := range 2 {
		senders = append(senders, start(t, "come and go", dir, fmt.Sprint(i)))
		removers = append(removers, start(t, "remove drained", dir))
	}
	received := [2]map[uint32]bool{{}, {}}
	drain := func() {
		t.Helper()
		s, err := Open("feed", WithDir(dir))
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		must(t, err)
		defer s.Close()
		c, err := s.Consumer()
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		must(t, err)
		for {
			b, err := c.TryRecv(nil)
			if err != nil {
				return
			}
			received[b[0]][binary.LittleEndian.Uint32(b[1:])] = true
		}
	}
	span := 2 * time.Second
	if testing.Short() {
		span /= 4
	}
	kills := time.NewTicker(50 * time.Millisecond)
	defer kills.Stop()
	for end := time.Now().Add(span); time.Now().Before(end); {
		select {
		case <-kills.C: // at any step of a removal; the other one goes on
			removers[1].kill()
			removers[1] = start(t, "remove drained", dir)
		default:
			drain()
		}
	}
	for i, c := range senders {
		must(t, c.in.Close())
		sent, err := strconv.Atoi(c.line())
		must(t, err)
		c.ends()
		drain()
		if len(received[i]) != sent {
			t.Errorf("received %d of the %d records that sender %d sent", len(received[i]), sent, i)
		}
	}
	for _, c := range removers {
		must(t, c.in.Close())
		t.Logf("removed the segment %s times", c.line())
		c.ends()
	}
}

func TestAttachingToATruncatedSegmentIsALostSegment(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, size := range []int64{0, 100, 4096, 8192} {
			s, _ := named(t, WithKind(kind))
			held, _ := named(t, WithKind(kind))
			p, c := producer(t, held), consumer(t, held)
			for _, s := range []*Segment{s, held} {
				must(t, os.Truncate(s.Info().Path, size))
				_, err := s.Consumer()
				want(t, fmt.Sprintf("%v, %d bytes: Consumer", kind, size), err, ErrSegmentLost)
				_, err = s.Producer()
				want(t, fmt.Sprintf("%v, %d bytes: Producer", kind, size), err, ErrSegmentLost)
			}
			must(t, p.Close())
			must(t, c.Close())
		}
	}
}

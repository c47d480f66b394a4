package hostile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// A flipper writes random words into one part of a segment.
type flipper struct {
	name     string
	from, to int64
}

var flippers = []flipper{
	{"header", 0, controlAt},
	{"control", controlAt, slotsAt},
	{"slots", slotsAt, ringAt},
	{"ring", ringAt, size},
	{"everything", 0, size},
}

// value is a word as an adversary would choose it: often nearly right.
func value(r *rand.Rand, old uint64) uint64 {
	small := uint64(r.IntN(4 * capacity))
	switch r.IntN(8) {
	case 0:
		return 0
	case 1:
		return r.Uint64()
	case 2:
		return old + small&^7
	case 3:
		return old - small&^7
	case 4:
		return old ^ 1<<r.IntN(64)
	case 5:
		return small &^ 7
	case 6:
		return -small
	}
	return uint64(layout.MakeWord(layout.State(r.IntN(4)), uint32(r.IntN(6)), uint32(r.IntN(4)), uint8(r.IntN(10)), uint32(small)))
}

// flip writes until stop is closed.
func (f flipper) flip(t *testing.T, file *os.File, r *rand.Rand, stop <-chan struct{}) (writes int) {
	old := make([]byte, 8)
	for ; ; writes++ {
		select {
		case <-stop:
			return writes
		default:
		}
		at := f.from + int64(r.IntN(int(f.to-f.from)/8))*8
		if r.IntN(4) == 0 { // where it hurts
			hot := []int64{controlAt, controlAt + 128, controlAt + 136, controlAt + 256, controlAt + 640, controlAt + 648, controlAt + 664,
				slotsAt, slotsAt + 128, slotsAt + 136, slotsAt + 144, ringAt, ringAt + 8}
			if h := hot[r.IntN(len(hot))]; h >= f.from && h < f.to {
				at = h
			}
		}
		if _, err := file.ReadAt(old, at); err != nil {
			t.Error(err)
			return writes
		}
		word := uint64(0)
		for i := range old {
			word |= uint64(old[i]) << (8 * i)
		}
		putWord(t, file, at, value(r, word))
		if r.IntN(8) == 0 {
			time.Sleep(time.Duration(r.IntN(50)) * time.Microsecond)
		}
	}
}

// roundsVariable is how many attacks of each kind to run, for those who have the time.
const roundsVariable = "SHMRING_HOSTILE_ROUNDS"

func rounds(t *testing.T) uint64 {
	text := os.Getenv(roundsVariable)
	if text == "" {
		return 4
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAPeerThatWritesAnythingHurtsNobody(t *testing.T) {
	for _, f := range flippers {
		for _, mpsc := range []bool{false, true} {
			for _, checksum := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/mpsc=%v/checksum=%v", f.name, mpsc, checksum), func(t *testing.T) {
					for seed := range rounds(t) {
						attack(t, f, mpsc, checksum, seed)
					}
				})
			}
		}
	}
}

// attack runs both sides of one ring, and lookers, while f writes into it.
func attack(t *testing.T, f flipper, mpsc, checksum bool, seed uint64) {
	s := segment(t, mpsc, checksum)
	defer s.Close()
	stop := make(chan struct{})
	var writer, workers sync.WaitGroup
	producers := 1
	if mpsc {
		producers = 3
	}
	for range producers {
		workers.Go(func() {
			for range 4 { // a poisoned or refused handle is replaced, as a restarted program would be
				done := watch("Producer")
				p, err := s.Producer()
				done()
				typed(t, "Producer", err)
				if err == nil {
					sendAll(t, p, 60)
					closed(t, p.Close)
				}
			}
		})
	}
	workers.Go(func() {
		for range 6 {
			done := watch("Consumer")
			c, err := s.Consumer()
			done()
			typed(t, "Consumer", err)
			if err == nil {
				receiveAll(t, c, 60)
				closed(t, c.Close)
			}
		}
	})
	workers.Go(func() {
		for range 20 {
			look(t, s)
		}
	})
	writer.Go(func() { f.flip(t, s.File(), rand.New(rand.NewPCG(seed, 1)), stop) })
	workers.Wait()
	close(stop)
	writer.Wait()
	done := watch("Segment.Close")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	done()
}

func closed(t *testing.T, f func() error) {
	done := watch("Close")
	defer done()
	if err := f(); err != nil {
		t.Error(err)
	}
}

// A peer that flips one word back and forth as fast as it can must not keep a call from ending.
func TestAPeerThatNeverRestsCannotHoldACall(t *testing.T) {
	word := layout.MakeWord
	for name, words := range map[string][2]layout.Word{
		"claimed and not":      {word(layout.Claimed, 1, 1, 0, 16), 0},
		"claims of two owners": {word(layout.Claimed, 1, 1, 0, 16), word(layout.Claimed, 2, 1, 0, 16)},
		"a pad and not":        {word(layout.Pad, 0, 0, 0, 8), 0},
		"committed and not":    {word(layout.Committed, 1, 1, 0, 0), 0},
	} {
		for _, mpsc := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/mpsc=%v", name, mpsc), func(t *testing.T) {
				s := segment(t, mpsc, false)
				defer s.Close()
				p, err := s.Producer()
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				c, err := s.Consumer()
				if err != nil {
					t.Fatal(err)
				}
				stop := make(chan struct{})
				var writer sync.WaitGroup
				writer.Go(func() {
					putWord(t, s.File(), controlAt, capacity/2) // the tail
					for i := 0; ; i++ {
						select {
						case <-stop:
							return
						default:
							for at := int64(0); at < 256; at += 8 {
								putWord(t, s.File(), ringAt+at, uint64(words[i%2]))
							}
							putWord(t, s.File(), controlAt+664, uint64(i)) // Changes: look again, everybody
						}
					}
				})
				for range 20 {
					receiveAll(t, c, 20)
				}
				close(stop)
				writer.Wait()
			})
		}
	}
}

func TestAForgedHeadDoesNotMakeAProducerRunWild(t *testing.T) {
	for _, mpsc := range []bool{false, true} {
		for _, head := range []uint64{8, capacity, capacity + 8, 1 << 40, 1<<64 - 8, 1<<64 - capacity, 3} {
			s := segment(t, mpsc, false)
			p, err := s.Producer()
			if err != nil {
				t.Fatal(err)
			}
			for p.TrySend(make([]byte, 24)) == nil {
			}
			putWord(t, s.File(), controlAt+128, head)
			for range 3 * capacity / 32 {
				err := p.TrySend(make([]byte, 24))
				typed(t, "TrySend", err)
				if _, err := shmring.FromFile(s.File(), shmring.WithKind(shmring.SPSC)); err == nil && mpsc {
					t.Fatal("the header was overwritten")
				}
				if err != nil {
					break
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

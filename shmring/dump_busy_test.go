package shmring

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
)

// Nobody dies and nothing is damaged: every entry is a whole record, a pad, or open. Over Heap the race detector looks on.
func TestDumpOfABusyRingShowsWholeRecordsOnly(t *testing.T) {
	for name, create := range map[string]func(opts ...Option) (*Segment, error){
		"heap": Heap,
		"file": func(opts ...Option) (*Segment, error) {
			return Create("busy", append(opts, WithDir(memoryDir(t)))...)
		},
	} {
		for kind, producers := range map[Kind]int{SPSC: 1, MPSC: 3} {
			t.Run(kind.String()+" "+name, func(t *testing.T) {
				s, err := create(WithKind(kind), WithCapacity(4096), WithChecksum(), WithFollow())
				must(t, err)
				defer s.Close()
				c := consumer(t, s)
				defer c.Close()
				go func() {
					for range c.All(ctx) {
					}
				}()
				var work sync.WaitGroup
				for range producers {
					work.Go(func() { sendAndReattach(t, s) })
				}
				done := make(chan struct{})
				go func() { work.Wait(); close(done) }()
				for running := true; running; {
					select {
					case <-done:
						running = false
					default:
					}
					must(t, s.Dump(func(e Entry) error {
						if e.BadSum || e.State == EntryTorn {
							t.Errorf("got %v (wrong checksum: %t) in a healthy ring", e, e.BadSum)
						}
						return nil
					}))
				}
			})
		}
	}
}

// sendAndReattach sends records that imitate headers, copied and lent, through one producer after another.
func sendAndReattach(t *testing.T, s *Segment) {
	imitation := imitations(300)
	for i := range 100 {
		p, err := s.Producer()
		if err != nil {
			t.Error(err)
			return
		}
		for j := range 30 {
			payload := imitation[:(i*30+j)%len(imitation)]
			if j%2 == 0 {
				err = p.Send(ctx, payload)
			} else if r, e := p.Reserve(ctx, len(payload)); e == nil {
				copy(r.Bytes(), payload)
				err = r.Commit()
			} else {
				err = e
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
			return
		}
	}
}

// imitations returns n bytes that look like headers: of short records, and of such as no ring has.
func imitations(n int) []byte {
	var b []byte
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, uint64(layout.MakeWord(layout.Committed, 1, 1, 0, 8)))
		b = binary.LittleEndian.AppendUint64(b, uint64(layout.MakeWord(layout.Committed, 1, 1, 0, 1<<30)))
	}
	return b[:n]
}

func TestDumpTakesNoPayloadForHeaders(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			s := heap(t, WithKind(kind))
			p, _ := pair(t, s)
			must(t, p.TrySend([]byte("whole")))
			r, err := p.Reserve(ctx, 200)
			must(t, err)
			defer r.Abort()
			copy(r.Bytes(), imitations(64))
			var states []EntryState
			must(t, s.Dump(func(e Entry) error {
				if states = append(states, e.State); e.State == EntryOpen {
					copy(r.Bytes(), imitations(200)) // the producer goes on
				}
				return nil
			}))
			if want := []EntryState{EntryRecord, EntryOpen}; !slices.Equal(states, want) {
				t.Errorf("got %v, want %v", states, want)
			}
		})
	}
}

// While zeros are counted from 64 on, somebody stores the header at 80 and then its payload.
func TestARunOfZerosEndsAtAHeaderThatIsStoredWhileItIsCounted(t *testing.T) {
	memory := map[uint64]layout.Word{}
	word := func(pos uint64) layout.Word {
		w := memory[pos]
		if pos == 80 {
			memory[80], memory[88], memory[96] = 1, 2, 3
		}
		return w
	}
	if size := zeroRun(word, 64, 200); size != 16 {
		t.Errorf("got %d bytes, want 16", size)
	}
	if size := zeroRun(word, 104, 200); size != 96 {
		t.Errorf("got %d bytes, want 96", size)
	}
}

// busyTable calls meanwhile once, while somebody asks whether a lease is held.
type busyTable struct {
	lease.Table
	meanwhile func()
}

func (b *busyTable) Held(off int64) (bool, error) {
	if f := b.meanwhile; f != nil {
		b.meanwhile = nil
		f()
	}
	return b.Table.Held(off)
}

// Between the look at its header and the look at its lease, a record is finished and its producer detaches.
func TestDumpLooksAgainAtARecordThatWasFinishedMeanwhile(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			s := heap(t, WithKind(kind))
			p := producer(t, s)
			r, err := p.Reserve(ctx, 8)
			must(t, err)
			copy(r.Bytes(), "finished")
			d := dump{seg: s, ring: &s.ring, ctl: s.control(), end: s.ring.Capacity()}
			s.slots.Leases = &busyTable{s.slots.Leases, func() { must(t, errors.Join(r.Commit(), p.Close())) }}
			if e, err := d.describeNext(); err != nil || e == nil || e.State != EntryRecord || string(e.Payload) != "finished" {
				t.Errorf("got %v, %v, want a record", e, err)
			}
		})
	}
}

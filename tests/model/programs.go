//go:build shmring_hooks

package model

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// Payloads imitate header words, so that a reader that takes payload for a header is led on to deliver
// it, and no two words of all records are alike, so that it is then found out.

// payload returns n words for record id.
func payload(id, n int) []byte {
	b := make([]byte, 8*n)
	for i := range n {
		w := layout.MakeWord(layout.Committed, 1, uint32(id*8+i+1), 0, 8)
		binary.NativeEndian.PutUint64(b[8*i:], uint64(w))
	}
	return b
}

// recordOf returns whose payload b is, or false.
func recordOf(b []byte) (id int, ok bool) {
	if len(b) < 8 || len(b)%8 != 0 {
		return 0, false
	}
	first := layout.Word(binary.NativeEndian.Uint64(b))
	id = int(first.Generation()-1) / 8
	return id, id < maxRecords && string(b) == string(payload(id, len(b)/8))
}

// item is a record to be sent: its id and payload words.
type item struct{ id, words int }

// aborted is the id of a reservation that is written to and given back.
const aborted = -1

// how a producer sends its items.
type how uint8

const (
	bySend    how = iota // TrySend
	byReserve            // TryReserve, write, Commit
	byShrink             // TryReserve of one word more, write all, CommitN
	byBatch              // all at once
)

// sender attaches, sends all items, closes.
func sender(self int, way how, items ...item) program {
	return func(t *run) {
		p := attachProducer(t)
		if !sendAll(t, p, way, items) {
			return
		}
		t.boundary(2, p.Fingerprint(t.m.seed))
		if err := p.Close(); err != nil {
			t.fail(err)
		}
		t.emit(closed, self)
	}
}

// stays attaches, sends all items and stays there idle, for ever.
func stays(way how, items ...item) program {
	return func(t *run) { sendAll(t, attachProducer(t), way, items) }
}

func sendAll(t *run, p *shmring.Producer, way how, items []item) bool {
	for len(items) > 0 && p != nil {
		t.boundary(1, uint64(len(items)), p.Fingerprint(t.m.seed))
		n, err := attempt(t, p, way, items)
		if err != nil && !errors.Is(err, shmring.ErrFull) {
			t.fail(err)
			return false
		}
		items = items[n:]
	}
	return p != nil
}

// tries attaches, tries once to send an item, and stays there idle, for ever.
func tries(it item) program {
	return func(t *run) {
		if p := attachProducer(t); p != nil {
			t.boundary(1)
			attempt(t, p, bySend, []item{it})
		}
	}
}

func attachProducer(t *run) *shmring.Producer {
	for {
		p, err := t.m.model.Attach(leases{t.m}).Producer()
		if err == nil {
			return p
		}
		if !errors.Is(err, shmring.ErrBusy) {
			t.fail(err)
			return nil
		}
		t.boundary(0)
	}
}

// attempt tries to send the next item, or all of them, and returns how many it sent.
func attempt(t *run, p *shmring.Producer, way how, items []item) (int, error) {
	it := items[0]
	if way == byBatch {
		return attemptBatch(t, p, items)
	}
	if it.id == aborted {
		r, err := p.TryReserve(8 * it.words)
		if err == nil {
			shmring.WriteWords(r.Bytes(), payload(maxRecords-1, it.words))
			r.Abort()
			return 1, nil
		}
		return 0, err
	}
	b := payload(it.id, it.words)
	t.intend(begin, it.id)
	var err error
	switch way {
	case byReserve:
		var r shmring.Reservation
		if r, err = p.TryReserve(len(b)); err == nil {
			shmring.WriteWords(r.Bytes(), b)
			err = r.Commit()
		}
	case byShrink:
		var r shmring.Reservation
		if r, err = p.TryReserve(len(b) + 8); err == nil {
			shmring.WriteWords(r.Bytes(), payload(it.id, it.words+1))
			err = r.CommitN(len(b))
		}
	default:
		err = p.TrySend(b)
	}
	if err != nil {
		t.emit(refused, it.id)
		return 0, err
	}
	t.emit(ack, it.id)
	return 1, nil
}

func attemptBatch(t *run, p *shmring.Producer, items []item) (int, error) {
	var bs [][]byte
	for _, it := range items {
		t.intend(begin, it.id)
		bs = append(bs, payload(it.id, it.words))
	}
	n, err := p.TrySendBatch(bs)
	for i, it := range items {
		if i < n {
			t.emit(ack, it.id)
		} else {
			t.emit(refused, it.id)
		}
	}
	return n, err
}

// receiver attaches and takes records for ever, hold of them before each Release; 0: by TryRecv.
func receiver(hold int, step, stride uint64, thorough bool) program {
	return func(t *run) {
		var c *shmring.Consumer
		for c == nil {
			var err error
			c, err = t.m.model.Attach(leases{t.m}).Consumer()
			if err != nil {
				if !errors.Is(err, shmring.ErrBusy) {
					t.fail(err)
					return
				}
				t.boundary(0)
			}
		}
		c.SetSteps(step, stride)
		for lent := 0; ; {
			t.boundary(1, uint64(lent), c.Fingerprint(t.m.seed))
			t.intend(poll, 0)
			c.Look(thorough)
			got, err := take(c, hold == 0)
			switch {
			case err == nil:
				lent++
				if id, ok := recordOf(got); ok {
					t.emit(deliver, id)
				} else {
					t.emit(torn, 0)
				}
			case errors.Is(err, shmring.ErrEmpty) || errors.Is(err, shmring.ErrFull):
			case err == io.EOF:
				t.emit(eof, 0)
			case errors.Is(err, shmring.ErrPeerDied):
				t.emit(peerDied, 0)
			default:
				t.fail(err)
				return
			}
			if lent > 0 && (err != nil || lent >= hold) {
				if hold > 0 {
					c.Release()
				}
				t.emit(release, 0)
				lent = 0
			}
		}
	}
}

func take(c *shmring.Consumer, copying bool) ([]byte, error) {
	if copying {
		return c.TryRecv(nil)
	}
	r, err := c.TryNext()
	return shmring.ReadWords(r.Payload), err
}

package shmring

import (
	"context"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// SendBatch sends payloads in order, publishing as many at once as fit into the ring: their headers are
// stored back to front, so that the first header publishes them all, and the consumer is woken at most
// once. It waits while the ring is full. n counts the payloads that were sent; with err == nil it is
// len(payloads). All payloads are held against the size limit before the first is sent.
func (p *Producer) SendBatch(ctx context.Context, payloads [][]byte) (n int, err error) {
	for _, b := range payloads {
		if uint64(len(b)) > p.maxRecord {
			return 0, &TooLargeError{Size: uint64(len(b)), Limit: p.maxRecord}
		}
	}
	if err := p.enter(); err != nil {
		return 0, err
	}
	defer p.leave()
	for n < len(payloads) {
		sent, err := p.sendBatchFast(payloads[n:]), error(nil)
		if sent == 0 {
			sent, err = p.trySendBatch(payloads[n:])
		}
		n += sent
		if err == ErrFull {
			err = p.waitSpace(ctx)
		}
		if err != nil {
			return n, err
		}
	}
	return n, p.lossError()
}

// sendRun is the fast path of a single producer: it sends as many plain records as fit before the end of the
// ring with one publication, and returns their number, 0 where the slow path is needed.
func (p *Producer) sendBatchFast(payloads [][]byte) (count int) {
	pos, size, fresh := p.pos, uint64(0), false
	for _, b := range payloads {
		n := uint64(len(b))
		total := layout.RecordSize(layout.WordSize, n)
		if total > p.fastLimit-pos && !fresh && p.fastLimit > p.pos {
			fresh = true
			if head, err := p.loadHead(p.limit - p.capacity); err == nil && head <= p.pos {
				p.limit = head + p.capacity
				p.fastLimit = pos + min(p.room(pos), p.limit-pos, maxChunk)
			}
		}
		if total > p.fastLimit-pos || n > p.fastMax {
			break
		}
		at := p.ref(pos)
		mem.CopyIn(at.payload(n), b)
		if count > 0 { // nobody looks here before the first header is stored, which orders this
			mem.StoreRelaxed(at.word(), uint64(p.stamp)|n)
		}
		pos += total
		size += n
		count++
	}
	if count > 0 {
		// Publish the whole batch: pairs with the header loads in Consumer.recv and find.
		mem.Store(p.word(p.pos), uint64(p.stamp)|uint64(len(payloads[0])))
		p.advance(pos, uint64(count), size)
	}
	return count
}

// trySendBatch sends at least one payload with one publication, or returns ErrFull.
func (p *Producer) trySendBatch(payloads [][]byte) (int, error) {
	if p.lent != 0 {
		_, err := p.reserve(0, false)
		return 0, err
	}
	header := uint64(layout.WordSize)
	if p.checksum {
		header += layout.WordSize
	}
	count, total, size := p.fit(payloads, header)
	c := claim{header: header, size: uint64(len(payloads[0])), total: total}
	if err := p.allocAt(&c); err != nil {
		if count == 1 || err != ErrFull {
			return 0, err
		}
		// Another producer was quicker, or the end of the ring came between: one by one then.
		return p.sendFirst(payloads[0])
	}
	first := layout.RecordSize(header, uint64(len(payloads[0])))
	at := c.pos + first
	for _, b := range payloads[1:count] {
		n := uint64(len(b))
		mem.CopyIn(p.span(at+header, n), b)
		// Nobody looks here before the first header is stored, which orders these.
		flags := p.extend(at, header, n, 0, 0)
		mem.StoreRelaxed(p.word(at), uint64(p.stamp|flags)|n)
		at += layout.RecordSize(header, n)
	}
	n := uint64(len(payloads[0]))
	mem.CopyIn(p.span(c.pos+header, n), payloads[0])
	flags := p.extend(c.pos, header, n, 0, 0)
	// Publish the whole batch: pairs with the header load in Consumer.find.
	mem.Store(p.word(c.pos), uint64(p.stamp|flags)|n)
	p.advance(c.pos+total, uint64(count), size)
	return count, nil
}

func (p *Producer) sendFirst(payload []byte) (int, error) {
	if err := p.trySend(Record{Payload: payload}); err != nil {
		return 0, err
	}
	return 1, nil
}

// fit returns how many payloads, at least one, fit between the ring's next position and its end or the
// reader's, how many ring bytes they take, and how many payload bytes they are.
func (p *Producer) fit(payloads [][]byte, header uint64) (count int, total, size uint64) {
	pos := p.pos
	if p.kind != SPSC {
		pos = mem.Load(&p.ctl.Tail)
	}
	room, fresh := p.room(pos), false
	for _, b := range payloads {
		n := layout.RecordSize(header, uint64(len(b)))
		if pos+total+n > p.limit && !fresh {
			if head, err := p.loadHead(p.limit - p.capacity); err == nil && head <= pos {
				p.limit = head + p.capacity
			}
			fresh = true
		}
		if count > 0 && (total+n > room || pos+total+n > p.limit) {
			break
		}
		count++
		total += n
		size += uint64(len(b))
	}
	return count, total, size
}

package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// A batch is published by one store: the headers behind the first are stored before it, and nobody looks at them
// until the first one is there.

// SendRun is the batch of a single producer without checksums: it sends as many plain records as fit before the end
// of the ring with one publication, and returns their number; 0 where SendBatch is needed.
func (p *Producer) SendRun(payloads [][]byte) (count int) {
	pos, size, fresh := p.pos, uint64(0), false
	for _, b := range payloads {
		n := uint64(len(b))
		total := layout.RecordSize(layout.WordSize, n)
		if total > p.fastLimit-pos && !fresh && p.fastLimit > p.pos {
			fresh = true
			if head, err := p.loadHead(p.limit - p.capacity); err == nil && head <= p.pos {
				p.limit = head + p.capacity
				p.fastLimit = pos + min(p.ToEnd(pos), p.limit-pos, maxChunk)
			}
		}
		if total > p.fastLimit-pos || n > p.fastMax {
			break
		}
		at := p.Ref(pos)
		mem.CopyIn(at.Payload(n), b)
		if count > 0 { // nobody looks here before the first header is stored, which orders this
			mem.StoreRelaxed(at.Word(), uint64(p.stamp)|n)
		}
		pos += total
		size += n
		count++
	}
	if count > 0 {
		// Publish the whole batch: pairs with the header loads in Consumer.Header and Consumer.Find.
		mem.Store(p.Word(p.pos), uint64(p.stamp)|uint64(len(payloads[0])))
		p.advance(pos, uint64(count), size)
	}
	return count
}

// SendBatch sends as many of the payloads as fit, at least one, with one publication, and returns their number.
// Each must be at most MaxRecord bytes.
//
// Errors: [ErrFull], [*Violation]; then nothing was sent.
func (p *Producer) SendBatch(payloads [][]byte) (int, error) {
	if count := p.SendRun(payloads); count > 0 {
		return count, nil
	}
	header := uint64(layout.WordSize)
	if p.checksum {
		header += layout.WordSize
	}
	count, total, size := p.fit(payloads, header)
	start, err := p.alloc(total)
	if err == ErrFull && count > 1 {
		// Another producer was quicker, or the end of the ring came between: one by one then.
		count, size = 1, uint64(len(payloads[0]))
		total = layout.RecordSize(header, size)
		start, err = p.alloc(total)
	}
	if err != nil {
		return 0, err
	}
	at := start + layout.RecordSize(header, uint64(len(payloads[0])))
	for _, b := range payloads[1:count] {
		n := uint64(len(b))
		// Nobody looks here before the first header is stored, which orders these.
		mem.StoreRelaxed(p.Word(at), uint64(p.fill(at, header, b))|n)
		at += layout.RecordSize(header, n)
	}
	word := uint64(p.fill(start, header, payloads[0])) | uint64(len(payloads[0]))
	// Publish the whole batch: pairs with the header load in Consumer.Find.
	mem.Store(p.Word(start), word)
	p.advance(start+total, uint64(count), size)
	return count, nil
}

// fill writes payload and extension of a record at pos, and returns its header word but for the length.
func (p *Producer) fill(pos, header uint64, payload []byte) layout.Word {
	n := uint64(len(payload))
	mem.CopyIn(p.Span(pos+header, n), payload)
	return p.stamp | p.extend(pos, header, n, 0, 0)
}

// fit returns how many payloads, at least one, fit between the ring's next position and its end or the
// consumer's, how many ring bytes they take, and how many payload bytes they are.
func (p *Producer) fit(payloads [][]byte, header uint64) (count int, total, size uint64) {
	pos := p.pos
	if p.kind != layout.SPSC {
		pos = mem.Load(&p.ctl.Tail)
	}
	room, fresh := p.ToEnd(pos), false
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

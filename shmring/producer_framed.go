package shmring

import (
	"context"
	"encoding/binary"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// sendFramed writes a connection's message with parts straight into the ring, as one record of size bytes.
func (p *Producer) sendFramed(ctx context.Context, m frame.Message, size int) error {
	if err := p.guard.Enter(); err != nil {
		return err
	}
	defer p.guard.Leave()
	return p.sendFilled(ctx, uint64(size), true, meta(framed, 0), func(b []byte) {
		put := func(s []byte) {
			binary.BigEndian.PutUint64(b, uint64(len(s)))
			mem.CopyIn(b[lengthSize:], s)
			b = b[lengthSize+len(s):]
		}
		put(m.Body)
		for _, part := range m.Parts {
			put(part)
		}
	})
}

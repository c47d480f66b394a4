package shmring

import "context"

// SendBatch sends payloads in order, publishing as many at once as fit into the ring: their headers are
// stored back to front, so that the first header publishes them all, and the consumer is woken at most
// once. It waits while the ring is full. n counts the payloads that were sent; with err == nil it is
// len(payloads). All payloads are checked against the size limit before the first is sent.
//
// Errors: as [Producer.Send].
func (p *Producer) SendBatch(ctx context.Context, payloads [][]byte) (n int, err error) {
	return p.sendBatch(ctx, payloads)
}

// sendBatch has a nil ctx where the caller does not wait: then it sends some of the payloads, or none with ErrFull.
func (p *Producer) sendBatch(ctx context.Context, payloads [][]byte) (n int, err error) {
	for _, b := range payloads {
		if err := p.checkSize(uint64(len(b))); err != nil {
			return 0, err
		}
	}
	if err := p.guard.Enter(); err != nil {
		return 0, err
	}
	defer p.guard.Leave()
	if err := p.free(); err != nil {
		return 0, err
	}
	for n < len(payloads) {
		sent, err := p.ring.SendBatch(payloads[n:])
		n += sent
		if err != nil {
			err = p.publicError(err)
		}
		if ctx == nil {
			return n, err
		}
		if err == ErrFull {
			err = p.waitSpace(ctx)
		}
		if err != nil {
			return n, err
		}
	}
	return n, p.guard.LossError()
}

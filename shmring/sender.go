package shmring

import (
	"context"

	"github.com/shmring/ipc/codec"
)

// Sender sends values of one type through a [Producer]. It belongs to one goroutine at a time, the one
// that owns the Producer; several Senders may share a Producer there. It has nothing to close.
//
// A large value is encoded where the consumer will read it, without a copy in between. A small one, of up to 1 KiB, is
// encoded into a buffer that the Sender keeps and sent from there: to copy that much costs less than to ask for its
// size and for the memory. So are all values of codecs that have to encode in order to know the size
// ([codec.EncodingSizer]); the buffer grows to the largest of them. Neither way allocates.
type Sender[T any] struct {
	p        *Producer
	codec    codec.Codec[T]
	record   Record // type and version; and the payload while it is sent from buf
	buffered bool   // every value goes by way of buf
	small    bool   // the last value was small: so the next one may be
	buf      []byte
}

// smallValue is the size, in bytes, up to which a value is small.
const smallValue = 1 << 10

// SenderOption changes one default of [NewSender]. None can fail.
type SenderOption func(*Record)

// WithType gives every record a type, 0 to 65535, and the version of it that this program writes, 0 to 255. Such a record
// takes 8 bytes more in the ring. Default: both are 0.
//
// Calls: NewSender.
func WithType(typ uint16, version uint8) SenderOption {
	return func(r *Record) { r.Type, r.Version = typ, version }
}

// NewSender returns a Sender of T over p. A nil codec panics.
func NewSender[T any](p *Producer, c codec.Codec[T], opts ...SenderOption) *Sender[T] {
	mustCodec("NewSender", c)
	_, buffered := c.(codec.EncodingSizer)
	s := &Sender[T]{p: p, codec: c, buffered: buffered, small: true}
	for _, o := range opts {
		o(&s.record)
	}
	return s
}

// Send encodes *v as one record. It waits while the ring is full, until ctx ends. v is not retained, and
// must not change during the call.
//
// Errors: [EncodeError], and those of [Producer.Send]; with any of them nothing was sent.
func (s *Sender[T]) Send(ctx context.Context, v *T) error { return s.send(ctx, v) }

// TrySend is Send that does not wait: [ErrFull] if there is no room now.
func (s *Sender[T]) TrySend(v *T) error { return s.send(noWait, v) }

// send has a nil ctx where the caller does not wait.
func (s *Sender[T]) send(ctx context.Context, v *T) error {
	if s.buffered || s.small {
		return s.sendBuffered(ctx, v)
	}
	n, err := s.codec.Size(v)
	if err != nil {
		return s.fail(err)
	}
	s.small = n <= smallValue
	room, err := s.p.reserve(ctx, n, s.typed())
	if err != nil {
		return err
	}
	defer room.Abort() // does nothing after a commit
	if err := s.encode(room.Bytes(), v); err != nil {
		return err
	}
	room.SetType(s.record.Type, s.record.Version)
	return room.Commit()
}

// encode fills b, whose length is what Size said.
func (s *Sender[T]) encode(b []byte, v *T) error {
	out, err := s.codec.Append(b[:0], v)
	if err != nil {
		return s.fail(err)
	}
	if len(out) != len(b) || len(b) > 0 && &out[0] != &b[0] {
		return &EncodeError{Codec: s.codec.Name(), Promised: len(b), Got: len(out), Err: ErrMiscounted}
	}
	return nil
}

// sendBuffered encodes first.
func (s *Sender[T]) sendBuffered(ctx context.Context, v *T) error {
	var err error
	if s.buf, err = s.codec.Append(s.buf[:0], v); err != nil {
		return s.fail(err)
	}
	s.small = len(s.buf) <= smallValue
	if !s.typed() {
		return s.p.send(ctx, s.buf)
	}
	s.record.Payload = s.buf
	return s.p.SendRecord(ctx, s.record)
}

func (s *Sender[T]) typed() bool { return s.record.Type != 0 || s.record.Version != 0 }

func (s *Sender[T]) fail(err error) error { return &EncodeError{Codec: s.codec.Name(), Err: err} }

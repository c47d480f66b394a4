package shmring

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/layout"
)

// Receiver receives values of one type from a [Consumer]. It belongs to one goroutine at a time, the one
// that owns the Consumer. It has nothing to close.
//
// By default a payload is copied out of the ring before it is decoded: a peer that misbehaves can give a
// wrong value or an error, and nothing else. [WithBorrow] decodes in place, without any copy, and suits
// processes that trust each other.
type Receiver[T any] struct {
	receiverOptions
	c     *Consumer
	codec codec.Codec[T]
	buf   []byte // the payload being decoded; grows to the largest record
	last  Record
	value T // of All
}

// ReceiverOption changes one default of [NewReceiver]. None can fail.
type ReceiverOption func(*receiverOptions)

type receiverOptions struct {
	borrow  bool
	only    []uint16 // empty: every type
	unknown func(Record) error
}

// WithBorrow decodes in ring memory: strings and byte slices of a value may lie there, which the codec's
// DecodeBorrow decides. They are valid until the next Recv, TryRecv or Release, or the next step of All, and
// must not be written to. Until then the record's room is not given back. Default: values own their memory.
//
// Calls: NewReceiver.
func WithBorrow() ReceiverOption { return func(o *receiverOptions) { o.borrow = true } }

// WithOnly makes the Receiver decode records of these types only, each 0 to 65535, and skip all others, see [OnUnknown].
// Given again, it adds types. Default (also for no types): every record is decoded, whatever its type.
//
// Calls: NewReceiver.
func WithOnly(types ...uint16) ReceiverOption {
	return func(o *receiverOptions) { o.only = append(o.only, types...) }
}

// OnUnknown gives records that [WithOnly] leaves out to f instead of dropping them. The payload is
// valid inside f only. The record counts as received; an error that f returns is returned by the call. Without
// [WithOnly] no record is left out. Default (also for nil): they are dropped.
//
// Calls: NewReceiver.
func OnUnknown(f func(Record) error) ReceiverOption {
	return func(o *receiverOptions) { o.unknown = f }
}

// NewReceiver returns a Receiver of T over c. A nil codec panics.
func NewReceiver[T any](c *Consumer, k codec.Codec[T], opts ...ReceiverOption) *Receiver[T] {
	mustCodec("NewReceiver", k)
	r := &Receiver[T]{c: c, codec: k}
	for _, o := range opts {
		o(&r.receiverOptions)
	}
	return r
}

// Recv decodes the next record into *v, waiting for one until ctx ends. What becomes of memory that *v
// holds already, the codec says; give a zero value to have everything new. The record is released before
// it is decoded, as by [Consumer.Recv]; with [WithBorrow] it is not, and at-least-once holds for the value.
//
// Errors: [DecodeError], after which the next call goes on behind that record; those of [Consumer.Recv];
// those of an [OnUnknown] function. All but ErrSegmentLost leave *v untouched.
func (r *Receiver[T]) Recv(ctx context.Context, v *T) error { return r.receive(ctx, v) }

// TryRecv is Recv that does not wait: [ErrEmpty] if there is no record now, or if a whole lap of the ring
// was to be skipped.
func (r *Receiver[T]) TryRecv(v *T) error { return r.receive(noWait, v) }

// receive has a nil ctx where the caller does not wait.
func (r *Receiver[T]) receive(ctx context.Context, v *T) error {
	r.Release()
	for skipped := uint64(0); ; {
		rec, err := r.c.lendNext(ctx)
		if err != nil {
			return err
		}
		if r.knows(rec.Type) {
			return r.decode(rec, v)
		}
		if err := r.skip(rec); err != nil {
			return err
		}
		if ctx != nil {
			err = contextError(ctx) // a peer may send what we skip without end
		} else if skipped += layout.RecordSize(layout.WordSize, uint64(len(rec.Payload))); skipped >= r.c.ring.Capacity() {
			err = ErrEmpty
		}
		if err != nil {
			return err
		}
	}
}

func (r *Receiver[T]) decode(rec Record, v *T) (err error) {
	size := len(rec.Payload)
	r.last = rec
	switch {
	case rec.More || rec.Continued:
		err = &FragmentError{Size: size, More: rec.More, Continued: rec.Continued}
		r.Release()
	case r.borrow:
		if err = r.codec.DecodeBorrow(rec.Payload, v); err != nil {
			r.Release()
		}
	default:
		r.buf = append(r.buf[:0], rec.Payload...)
		if r.Release(); !r.c.guard.Lost() {
			err = r.codec.Decode(r.buf, v)
		}
	}
	if r.c.guard.Lost() {
		return ErrSegmentLost // what was read may be the zeroes that took its place
	}
	if err != nil {
		return &DecodeError{Codec: r.codec.Name(), Type: rec.Type, Version: rec.Version, Size: size, Err: err}
	}
	return nil
}

// knows reports whether records of this type are decoded.
func (r *Receiver[T]) knows(typ uint16) bool {
	for _, t := range r.only {
		if t == typ {
			return true
		}
	}
	return len(r.only) == 0
}

func (r *Receiver[T]) skip(rec Record) error {
	defer r.c.Release() // also when the function panics
	if r.unknown == nil {
		return nil
	}
	return r.unknown(rec)
}

// Last returns what came with the record that was decoded, or failed to be, last: its type, version and
// sender. Its payload is nil unless it is still lent ([WithBorrow]).
func (r *Receiver[T]) Last() Record { return r.last }

// Release gives back the record that the last value borrows from; what the value borrowed is invalid from
// here on. The next receiving call does it, too.
func (r *Receiver[T]) Release() {
	if r.last.Payload != nil {
		r.last.Payload = nil
		r.c.Release()
	}
}

// All iterates over the values as they come, waiting for each. Every value is new and the caller's to keep,
// with [WithBorrow] as long as its step. A [DecodeError] is yielded with a zero value, and the iteration
// goes on behind that record if the loop does. It ends after io.EOF without yielding it; any other error is
// yielded and ends it. Leaving the loop early is clean.
func (r *Receiver[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		defer r.Release()
		for {
			err := r.receive(ctx, &r.value)
			if err == io.EOF {
				return
			}
			value := r.value
			r.value = *new(T) // value is the caller's now
			var bad *DecodeError
			if !yield(value, err) || err != nil && !errors.As(err, &bad) {
				return
			}
		}
	}
}

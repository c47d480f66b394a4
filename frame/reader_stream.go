package frame

import (
	"context"
	"encoding/binary"
	"math"
)

// ReadStream begins the next frame and returns its body, which is valid until the next Read or
// ReadStream. The parts follow, each after a call of Next. The body is subject to [WithMaxSize], the
// total to [WithMaxStream]. Any frame can be read this way. Errors are those of [Reader.Read].
func (r *Reader) ReadStream(ctx context.Context) (body []byte, parts *Stream, err error) {
	if err := r.begin(ctx); err != nil {
		return nil, nil, err
	}
	if err := r.finish(ctx); err != nil {
		return nil, nil, r.fail(err)
	}
	total, body, err := r.head(ctx)
	if err != nil {
		return nil, nil, r.fail(err)
	}
	if cap(r.body) > keepSize {
		r.body = nil
	}
	// The copy lets the buffer go on with the parts.
	r.body = append(r.body[:0], body...)
	r.shrink()
	r.open = &Stream{r: r, ctx: ctx, total: total, left: total - lenSize - uint64(len(body))}
	return r.body, r.open, nil
}

// head reads a frame up to the end of its body.
func (r *Reader) head(ctx context.Context) (total uint64, body []byte, err error) {
	for {
		need, have := 2*lenSize, r.buf[r.start:r.end]
		if len(have) >= lenSize {
			total = binary.BigEndian.Uint64(have)
			if err := checkTotal(total, min(r.maxStream, math.MaxInt64)); err != nil {
				return 0, nil, err
			}
		}
		if len(have) >= need {
			size := binary.BigEndian.Uint64(have[lenSize:])
			if left := total - lenSize; size > left {
				return 0, nil, &ParseError{Part: bodyPart, Offset: lenSize, Size: size, Left: left}
			}
			if size > r.maxSize {
				return 0, nil, &TooLargeError{Size: size, Limit: r.maxSize}
			}
			if need += int(size); len(have) >= need {
				r.start += need
				return total, have[2*lenSize : need], nil
			}
		}
		if err := r.fill(ctx, need); err != nil {
			return 0, nil, err
		}
	}
}

// finish skips what is left of a frame that ReadStream has begun.
func (r *Reader) finish(ctx context.Context) error {
	s := r.open
	if s == nil {
		return nil
	}
	if err := s.skip(ctx, &s.left); err != nil {
		return err
	}
	r.open = nil
	return nil
}

package bincode

import (
	"reflect"

	"github.com/shmring/ipc/codec"
)

// AppendParts is [Format.Append], except that every [codec.Part] in v, however deep, writes nothing to the
// body: it is appended to parts, by reference and in the order in which it is met. A part that is empty or
// nil is appended too. Types that implement [PartsAppender] add their body and their parts themselves.
//
// On error dst and parts come back unchanged in length and content.
func (f *Format) AppendParts(dst []byte, parts [][]byte, v any) ([]byte, [][]byte, error) {
	p, base, t, err := f.outline.target(v, "encode")
	if err != nil {
		return dst, parts, err
	}
	e := newEncoder(&f.outline.config, f.depth)
	e.parts = parts
	out, err := e.append(dst, p, base, t)
	if err != nil {
		return dst, parts, err
	}
	return out, e.parts, nil
}

// SizeParts is the number of bytes that [Format.AppendParts] would add to the body.
func (f *Format) SizeParts(v any) (int, error) {
	p, base, t, err := f.outline.target(v, "encode")
	if err != nil {
		return 0, err
	}
	e := newEncoder(&f.outline.config, f.depth)
	return e.measure(p, base, t)
}

// UnmarshalParts decodes the body src and gives every [codec.Part] the next of the parts, which it aliases.
// Everything else is copied. It fails with [ErrTooFewParts] or [ErrTooManyParts] when their number is not
// what the body asks for; *v is then untouched, as after any other error.
func (f *Format) UnmarshalParts(src []byte, parts [][]byte, v any) error {
	p, base, t, err := f.outline.pointer(v, "decode")
	if err != nil {
		return err
	}
	d := newDecoder(&f.outline.config, f.depth, src)
	d.parts = parts
	_, err = d.run(p, base, t)
	return err
}

// checkPart takes the next part; get takes it again.
func (d *decoder) checkPart(i int) int {
	if len(d.parts) == 0 {
		return d.fail(i, ErrTooFewParts, "got none left, need one more")
	}
	d.parts = d.parts[1:]
	return i
}

func (d *decoder) getPart(p ptr, i int) int {
	next := d.parts
	if i = d.checkPart(i); i >= 0 {
		part := next[0]
		*at[[]byte](p) = part[:len(part):len(part)]
	}
	return i
}

// isPart reports whether t travels out of line.
func isPart(t reflect.Type) bool { return t == reflect.TypeFor[codec.Part]() }

package bincode

import (
	"reflect"
	"slices"
)

// Format encodes and decodes in one configuration. It compiles a program for each type it meets and keeps
// it. A Format never changes otherwise and is safe for concurrent use.
type Format struct {
	inline  *compiledConfig // parts are written where they stand
	outline *compiledConfig // parts travel apart
	depth   int             // levels that a value may have; less than configured inside a hook
}

// compiledConfig is a configuration with its programs.
type compiledConfig struct {
	config
	programs
}

// New returns the format that the options describe; without any it is that of the package's functions.
func New(opts ...Option) *Format {
	c := newConfig(opts)
	f := &Format{inline: &compiledConfig{config: c}, outline: &compiledConfig{config: c}, depth: c.depth}
	f.outline.parts = true
	f.inline.format, f.outline.format = f, f
	return f
}

// Marshal returns the encoding of v in a slice of its own. A non-nil pointer stands for what it points to;
// an option at the top is an [Opt], or a pointer to a pointer.
func (f *Format) Marshal(v any) ([]byte, error) { return f.Append(nil, v) }

// direct reports whether generated methods do what p does. Inside a hook they do not, for they would count
// levels anew.
func (f *Format) direct(p *program) bool { return p.generated && f.depth == f.inline.config.depth }

// Append adds the encoding of v to dst, as [codec.Codec] has it: it allocates only where the capacity is
// too small, and on error returns dst unchanged in length and content.
func (f *Format) Append(dst []byte, v any) ([]byte, error) {
	p, base, t, err := f.inline.target(v, "encode")
	if err != nil {
		return dst, err
	}
	if g, ok := v.(Appender); ok && f.direct(p) {
		out, err := g.AppendBincode(dst)
		if err != nil {
			return dst, err
		}
		return out, nil
	}
	if out := f.short(dst, p, base); out != nil {
		return out, nil
	}
	e := newEncoder(&f.inline.config, f.depth)
	return e.append(dst, p, base, t)
}

// short encodes what is simple, or a bulk slice, or can be encoded in one pass, where there is room. It builds no errors but returns nil.
func (f *Format) short(dst []byte, p *program, base ptr) (out []byte) {
	switch {
	case f.inline.limited:
	case p.simple:
		out, _ = p.appendFast(dst, base, 1, nil)
	case p.bulk != nil && f.depth > 0:
		out = p.appendBulk(dst, base)
	case p.onePass && f.depth > 0:
		out = p.appendOnePass(&f.inline.config, dst, base, 1)
	}
	return out
}

// Size returns the number of bytes that Append would add for v, without encoding.
func (f *Format) Size(v any) (int, error) {
	p, base, t, err := f.inline.target(v, "encode")
	if err != nil {
		return 0, err
	}
	if g, ok := v.(Sizer); ok && f.direct(p) {
		return g.SizeBincode()
	}
	e := newEncoder(&f.inline.config, f.depth)
	return e.measure(p, base, t)
}

// Unmarshal decodes src into *v, which must be a non-nil pointer, and copies all it keeps.
//
// It replaces the value: memory that *v reaches through slices is written over where it is large enough;
// pointers, maps and the insides of elements are made anew; skipped fields stay. Use a zero value to have
// everything new. On error *v is untouched.
func (f *Format) Unmarshal(src []byte, v any) error {
	_, err := f.decode(src, v, false, f.inline.reject)
	return err
}

// UnmarshalBorrow is Unmarshal, except that strings and slices of bytes alias src: they are valid only as
// long as src is unchanged and must not be written to. Their capacity ends with them.
func (f *Format) UnmarshalBorrow(src []byte, v any) error {
	_, err := f.decode(src, v, true, f.inline.reject)
	return err
}

// UnmarshalPrefix decodes the value at the start of src, whatever follows it, and returns its length in
// bytes.
func (f *Format) UnmarshalPrefix(src []byte, v any) (int, error) {
	return f.decode(src, v, false, false)
}

func (f *Format) decode(src []byte, v any, borrow, reject bool) (int, error) {
	p, base, t, err := f.inline.pointer(v, "decode")
	if err != nil {
		return 0, err
	}
	if f.direct(p) {
		if borrow {
			return v.(BorrowUnmarshaler).UnmarshalBincodeBorrow(src)
		}
		return v.(Unmarshaler).UnmarshalBincode(src)
	}
	if !f.inline.limited {
		n := -1
		if p.simple {
			n = p.decodeSimple(src, base, borrow, reject)
		} else if p.bulk != nil {
			n = p.decodeBulk(src, base, reject)
		}
		if n >= 0 {
			return n, nil
		}
	}
	d := newDecoder(&f.inline.config, f.depth, src)
	d.borrow, d.trailing = borrow, reject
	return d.run(p, base, t)
}

// target finds the program for v and the address of its value.
func (r *compiledConfig) target(v any, op string) (*program, ptr, reflect.Type, error) {
	t := reflect.TypeOf(v)
	if t == nil {
		return nil, nil, nil, &Error{Op: op, Offset: -1, Class: ErrType, Detail: "got nil, allowed a value or a pointer to one"}
	}
	if t.Kind() == reflect.Pointer {
		return r.pointer(v, op)
	}
	p, err := r.of(t, &r.config)
	if err != nil {
		return nil, nil, nil, err
	}
	return p, boxed(v), t, nil
}

// boxed gives the address of the value inside v. It stands apart so that only here v itself goes to the heap.
//
//go:noinline
func boxed(v any) ptr { return dataOf(pointerTo(&v), reflect.ValueOf(v)) }

// pointer finds the program for what v points to.
func (r *compiledConfig) pointer(v any, op string) (*program, ptr, reflect.Type, error) {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer || reflect.ValueOf(v).IsNil() {
		return nil, nil, nil, &Error{Op: op, Offset: -1, Class: ErrType, Detail: "got " + describe(v) + ", allowed a pointer that is not nil"}
	}
	t = t.Elem()
	p, err := r.of(t, &r.config)
	return p, reflect.ValueOf(v).UnsafePointer(), t, err
}

func describe(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}

// append encodes the value at base behind dst.
func (e *encoder) append(dst []byte, p *program, base ptr, t reflect.Type) ([]byte, error) {
	n, err := e.measure(p, base, t)
	if err != nil {
		return dst, err
	}
	out := slices.Grow(dst, n)[:len(dst)+n]
	i := e.put(p, base, 1, out, len(dst))
	if e.err == nil && i != len(out) {
		e.fail(ErrHook, "wrote %d bytes where %d had been announced", i-len(dst), n)
	}
	if e.err != nil {
		return dst, e.err.In(t.String())
	}
	return out, nil
}

// measure is size with the limit and the error's name.
func (e *encoder) measure(p *program, base ptr, t reflect.Type) (int, error) {
	n := e.size(p, base, 1)
	if e.err == nil && e.limited && e.compat != 2 && uint64(n) > e.limit {
		e.fail(ErrLimit, "got %d bytes, allowed %d", n, e.limit)
	}
	if e.err != nil {
		return 0, e.err.In(t.String())
	}
	return n, nil
}

// run judges the source and then stores to the value at base. It returns the number of bytes used.
func (d *decoder) run(p *program, base ptr, t reflect.Type) (int, error) {
	if p.fields != nil {
		return d.runMissing(p, base, t)
	}
	return d.runWhole(p, base, t)
}

func (d *decoder) runWhole(p *program, base ptr, t reflect.Type) (int, error) {
	parts := d.parts
	i := d.check(p, 1, 0)
	switch {
	case i < 0:
	case d.trailing && i < len(d.src):
		d.fail(i, ErrTrailing, "got %d bytes after the value, allowed none", len(d.src)-i)
	case len(d.parts) > 0:
		d.fail(i, ErrTooManyParts, "got %d parts more than the value has", len(d.parts))
	default:
		d.counting, d.parts, d.empty = false, parts, 0
		d.store(p, base)
	}
	if d.err != nil {
		return 0, d.err.In(t.String())
	}
	return i, nil
}

// store runs get, into a copy where a Validate could still refuse.
func (d *decoder) store(p *program, base ptr) {
	if !p.fallible {
		d.get(p, base, 1, 0)
		return
	}
	value, trial := reflect.NewAt(p.typ, base).Elem(), reflect.New(p.typ)
	trial.Elem().Set(value)
	d.fresh = true
	if d.get(p, trial.UnsafePointer(), 1, 0); d.err == nil {
		value.Set(trial.Elem())
	}
}

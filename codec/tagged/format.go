package tagged

import "reflect"

// Format encodes and decodes values of any Go type. It is immutable and safe for concurrent use; it
// keeps what it learns about types, so one Format should serve a program.
type Format struct {
	options options
	plans   *plans
}

// New returns a Format.
func New(opts ...Option) *Format { return &Format{options: newOptions(opts), plans: new(plans)} }

// Size returns how many bytes Append would add for v, without encoding. Errors are those of Append.
func (f *Format) Size(v any) (int, error) { return f.size(reflect.ValueOf(&v).Elem()) }

// Append appends the encoding of v to dst; a pointer is encoded as what it points to. On error, an
// [Error] that names the path, dst comes back as it was.
func (f *Format) Append(dst []byte, v any) ([]byte, error) {
	return f.append(dst, reflect.ValueOf(&v).Elem())
}

// Unmarshal replaces what the pointer v points to with the one value in src. Nothing aliases src
// afterwards. On error, an [Error] that names the path and the offset, the target is untouched.
// Anything but a non-nil pointer panics.
func (f *Format) Unmarshal(src []byte, v any) error { return f.unmarshal(src, v, false) }

// UnmarshalBorrow is Unmarshal, except that strings and byte slices of the target alias src: they are
// valid as long as src is, and must not be written through.
func (f *Format) UnmarshalBorrow(src []byte, v any) error { return f.unmarshal(src, v, true) }

func (f *Format) unmarshal(src []byte, v any, borrow bool) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		panic("codec/tagged: Unmarshal needs a non-nil pointer")
	}
	fresh := reflect.New(p.Type().Elem()).Elem()
	if err := f.decode(src, fresh, borrow); err != nil {
		return err
	}
	p.Elem().Set(fresh)
	return nil
}

// Marshal returns the encoding of v, as a [Format] without options writes it. It looks at the types
// anew each time: keep a Format where that matters.
func Marshal(v any) ([]byte, error) { return New().Append(nil, v) }

// Unmarshal decodes src into what the pointer v points to, as a [Format] without options does.
func Unmarshal(src []byte, v any) error { return New().Unmarshal(src, v) }

func (f *Format) encoder() encoder { return encoder{plans: f.plans, maxDepth: f.options.depth} }

func (f *Format) size(v reflect.Value) (int, error) {
	e := f.encoder()
	e.counting = true
	if err := e.value(f.plans.of(v.Type()), v); err != nil {
		return 0, joined(err)
	}
	return e.n, nil
}

func (f *Format) append(dst []byte, v reflect.Value) ([]byte, error) {
	e := f.encoder()
	e.buf = dst
	if err := e.value(f.plans.of(v.Type()), v); err != nil {
		return dst, joined(err)
	}
	return e.buf, nil
}

// decode reads src into v, which must be settable and zero.
func (f *Format) decode(src []byte, v reflect.Value, borrow bool) error {
	c := cursor{src: src, maxDepth: f.options.depth, memory: f.options.memory, borrow: borrow, plans: f.plans}
	return joined(c.decode(v))
}

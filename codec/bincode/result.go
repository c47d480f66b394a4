package bincode

import "reflect"

// Result is the value of a success or of a failure: Rust's enum of Ok with tag 0 and Err with tag 1.
type Result[T, E any] struct {
	Ok     T // the zero value when Failed
	Err    E // the zero value unless Failed
	Failed bool
}

// Ok returns a success.
func Ok[T, E any](v T) Result[T, E] { return Result[T, E]{Ok: v} }

// Err returns a failure.
func Err[T, E any](e E) Result[T, E] { return Result[T, E]{Err: e, Failed: true} }

// result adds a Result: a union whose variants live in fields, with a flag.
func (b *builder) result(t reflect.Type, s step) error {
	u := &union{typ: t, flag: t.Field(2).Offset}
	for i := range 2 {
		f := t.Field(i)
		p, err := b.program(f.Type, tag{})
		if err != nil {
			return err
		}
		u.variants = append(u.variants, variant{tag: i, program: p, off: f.Offset})
	}
	s.union, s.n = u, 2
	b.op(s, b.tagMin())
	return nil
}

package bincode

import (
	"reflect"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// Program is the program of T in the default configuration, for generated code. Generated code is the
// short compiler: whatever it does not take, above all every fault, it leaves to the program, which then finds
// the error. So the errors of both are the same.
type Program[T any] struct{}

func (Program[T]) compiled() (*compiledConfig, *program, error) {
	r := standard().inline
	p, err := r.of(reflect.TypeFor[T](), &r.config)
	return r, p, err
}

// Append adds the encoding of *v to dst, as [Append] does.
func (x Program[T]) Append(dst []byte, v *T) ([]byte, error) {
	r, p, err := x.compiled()
	if err != nil {
		return dst, err
	}
	e := newEncoder(&r.config, r.config.depth)
	return e.append(dst, p, pointerTo(v), p.typ)
}

// Size returns the number of bytes that Append adds.
func (x Program[T]) Size(v *T) (int, error) {
	r, p, err := x.compiled()
	if err != nil {
		return 0, err
	}
	e := newEncoder(&r.config, r.config.depth)
	return e.measure(p, pointerTo(v), p.typ)
}

// Unmarshal decodes the value at the start of src into *v and returns its length in bytes.
func (x Program[T]) Unmarshal(src []byte, v *T, borrow bool) (int, error) {
	r, p, err := x.compiled()
	if err != nil {
		return 0, err
	}
	d := newDecoder(&r.config, r.depth, src)
	d.borrow = borrow
	return d.run(p, pointerTo(v), p.typ)
}

// The methods below are for a value inside another one. They count from depth, the levels that are left,
// and report nothing but failure: a negative position, which they also return where they are given one.

// FieldSize returns the wire bytes of *v, or a negative number.
func (x Program[T]) FieldSize(v *T, depth int) int {
	r, p, err := x.compiled()
	if err != nil {
		return -1
	}
	e := newEncoder(&r.config, depth)
	if n := e.size(p, pointerTo(v), 1); e.err == nil {
		return n
	}
	return -1
}

// FieldPut writes *v to b at i and returns the position behind it.
func (x Program[T]) FieldPut(b []byte, i int, v *T, depth int) (next int) {
	r, p, err := x.compiled()
	if err != nil || i < 0 {
		return -1
	}
	e := newEncoder(&r.config, depth)
	n := e.size(p, pointerTo(v), 1)
	if e.err != nil || n > len(b)-i {
		return -1
	}
	if next = e.put(p, pointerTo(v), 1, b[:i+n], i); next != i+n {
		return -1
	}
	return next
}

// FieldSkip judges the value in b at i and returns the position behind it.
func (x Program[T]) FieldSkip(b []byte, i, depth int) (next int) {
	r, p, err := x.compiled()
	if err != nil || i < 0 {
		return -1
	}
	d := newDecoder(&r.config, depth, b)
	return d.check(p, 1, i)
}

// FieldGet stores the value in b at i to *v and returns the position behind it.
func (x Program[T]) FieldGet(b []byte, i int, k *wire.Keeper, v *T, depth int) (next int) {
	r, p, err := x.compiled()
	if err != nil || i < 0 {
		return -1
	}
	d := newDecoder(&r.config, depth, b)
	d.borrow, d.fresh = k.Borrow, k.Fresh
	if d.check(p, 1, i) < 0 {
		return -1
	}
	d.empty = 0
	return d.get(p, pointerTo(v), 1, i)
}

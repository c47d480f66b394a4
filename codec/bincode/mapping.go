package bincode

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// mapping is how to encode and decode a map: its length, then keys and values in the order of the keys. A
// set is a map to struct{}, whose values have no bytes.
type mapping struct {
	typ      reflect.Type
	key, val *program
	memory   int // of a pair, as bincode 2 counts
	compare  func(a, b ptr) int
	scratch  sync.Pool // *entries
}

// entries is a map's content laid out for sorting. It is kept between calls and holds nothing meanwhile.
type entries struct {
	keys, vals reflect.Value // slices
	iter       reflect.MapIter
	order      []int32
}

func (b *builder) mapping(t reflect.Type, s step) error {
	key, err := b.program(t.Key(), tag{})
	if err != nil {
		return err
	}
	val, err := b.program(t.Elem(), tag{})
	if err != nil {
		return err
	}
	if u := b.unhashable(t.Key(), nil); u != nil {
		return fmt.Errorf("a key of %s can hold a %s, which Go cannot compare", t, u)
	}
	m := &mapping{typ: t, key: key, val: val, compare: b.comparer(t.Key()), memory: rustTuple(key.memory, val.memory)}
	m.scratch.New = func() any { return new(entries) }
	s.code, s.mapping = opMap, m
	b.op(s, b.lengthMin())
	return nil
}

// unhashable finds a type that a key of type t can hold, by way of an interface, and that no map takes as a key: a peer
// could send one.
func (b *builder) unhashable(t reflect.Type, open []reflect.Type) reflect.Type {
	if !t.Comparable() {
		return t
	}
	var inside []reflect.Type
	switch t.Kind() {
	case reflect.Interface:
		inside = b.cfg.variants[t]
	case reflect.Array:
		inside = []reflect.Type{t.Elem()}
	case reflect.Struct:
		for i := range t.NumField() {
			inside = append(inside, t.Field(i).Type)
		}
	}
	if slices.Contains(open, t) {
		return nil
	}
	for _, in := range inside {
		if u := b.unhashable(in, append(open, t)); u != nil {
			return u
		}
	}
	return nil
}

// load copies the map's n pairs out, so that they have addresses.
func (m *mapping) load(v reflect.Value, n int) *entries {
	x := m.scratch.Get().(*entries)
	if !x.keys.IsValid() || x.keys.Len() < n {
		x.keys = reflect.MakeSlice(reflect.SliceOf(m.typ.Key()), n, n)
		x.vals = reflect.MakeSlice(reflect.SliceOf(m.typ.Elem()), n, n)
	}
	x.iter.Reset(v)
	x.order = x.order[:0]
	for i := 0; i < n && x.iter.Next(); i++ {
		x.keys.Index(i).SetIterKey(&x.iter)
		x.vals.Index(i).SetIterValue(&x.iter)
		x.order = append(x.order, int32(i))
	}
	x.iter.Reset(reflect.Value{})
	return x
}

// keep returns the scratch memory, emptied, unless it has grown large.
func (m *mapping) keep(x *entries) {
	const most = 1 << 12
	if x.keys.Len() > most {
		return
	}
	if m.key.pointers {
		zero(x.keys.UnsafePointer(), len(x.order)*int(m.key.size))
	}
	if m.val.pointers {
		zero(x.vals.UnsafePointer(), len(x.order)*int(m.val.size))
	}
	m.scratch.Put(x)
}

// sort puts the order into that of the keys.
func (m *mapping) sort(x *entries) {
	slices.SortFunc(x.order, func(a, b int32) int { return m.compare(m.keyAt(x, a), m.keyAt(x, b)) })
}

func (m *mapping) keyAt(x *entries, k int32) ptr {
	return add(x.keys.UnsafePointer(), uintptr(k)*m.key.size)
}

func (m *mapping) valAt(x *entries, k int32) ptr {
	return add(x.vals.UnsafePointer(), uintptr(k)*m.val.size)
}

func (e *encoder) sizeMap(s *step, p ptr) int {
	m, v := s.mapping, reflect.NewAt(s.mapping.typ, p).Elem()
	n := v.Len()
	total := e.extra(uint64(n))
	if m.key.flat && m.val.flat {
		return total + n*(m.key.min+m.val.min)
	}
	if n == 0 || !e.enter() {
		return total
	}
	x := m.load(v, n)
	if m.key.hooks || m.val.hooks {
		m.sort(x)
	}
	for _, k := range x.order {
		total += e.size(m.key, m.keyAt(x, k), 1)
		total += e.size(m.val, m.valAt(x, k), 1)
		if e.err != nil {
			break
		}
	}
	m.keep(x)
	e.depth++
	return total
}

func (e *encoder) putMap(s *step, p ptr, buf []byte, i int) int {
	m, v := s.mapping, reflect.NewAt(s.mapping.typ, p).Elem()
	n := v.Len()
	i = e.putLen(n, buf, i)
	if n == 0 {
		return i
	}
	x := m.load(v, n)
	m.sort(x)
	for _, k := range x.order {
		if i = e.put(m.key, m.keyAt(x, k), 1, buf, i); i < 0 {
			break
		}
		if i = e.put(m.val, m.valAt(x, k), 1, buf, i); i < 0 {
			break
		}
	}
	m.keep(x)
	return i
}

// checkMap judges a map. Keys may come in any order and more than once.
func (d *decoder) checkMap(m *mapping, i int) int {
	n, i := d.readLen(i, m.key.min+m.val.min)
	if i < 0 {
		return -1
	}
	return d.checkEntries(m, n, i)
}

func (d *decoder) checkEntries(m *mapping, n, i int) int {
	if !d.boundElems(m.elems(), n, i) || !d.enter(i) {
		return -1
	}
	start := i
	for k := range n {
		if d.counting {
			d.release(m.memory)
		}
		if i = d.check(m.key, 1, i); i < 0 {
			d.err.Field("key").Index(k)
			return -1
		}
		if i = d.check(m.val, 1, i); i < 0 {
			d.err.Index(k)
			return -1
		}
	}
	d.depth++
	if !d.boundIdle(m.elems(), n, start, i) {
		return -1
	}
	return i
}

// getMap stores a new map; of a key that comes twice the last value stays.
func (d *decoder) getMap(s *step, p ptr, i int) int {
	m := s.mapping
	n, i := d.readLen(i, m.key.min+m.val.min)
	if i < 0 || !d.boundElems(m.elems(), n, i) || !d.enter(i) {
		return -1
	}
	v := reflect.MakeMapWithSize(m.typ, n)
	key, val := reflect.New(m.typ.Key()), reflect.New(m.typ.Elem())
	for k := range n {
		key.Elem().SetZero()
		val.Elem().SetZero()
		if i = d.get(m.key, key.UnsafePointer(), 1, i); i >= 0 {
			i = d.get(m.val, val.UnsafePointer(), 1, i)
		}
		if i < 0 {
			d.err.Index(k)
			return -1
		}
		v.SetMapIndex(key.Elem(), val.Elem())
	}
	d.depth++
	reflect.NewAt(m.typ, p).Elem().Set(v)
	return i
}

package msgpack

import (
	"math"
	"reflect"
)

// What things take in memory, roughly, in bytes. Package tagged counts the same.
const (
	anySize   = 16 // an interface
	boxSize   = 24 // what it points to
	mapSize   = 48 // an empty map
	entrySize = 2 * anySize

	anySpread = boxSize + mapSize + entrySize // the most that one byte can take below an any
)

// checkMemory refuses a source, which [checkSource] has passed, if decoding it as a value of p could take more than
// limit bytes of memory.
func checkMemory(src []byte, p *plan, limit int) error {
	if len(src) <= limit/max(p.spread, 1) {
		return nil // whatever is in it
	}
	m := meter{src: src, left: limit, limit: limit}
	return m.value(p)
}

// meter walks a source along the plan of its type and counts the memory that the library would take. It recurses
// as deep as checkSource allows.
type meter struct {
	src   []byte
	pos   int
	left  int // bytes that may still be taken
	limit int
}

// charge counts n things of size bytes each.
func (m *meter) charge(n, size int) error {
	if size > 0 && n > m.left/size {
		got := uint64(m.limit - m.left)
		if n <= (math.MaxInt-m.limit)/size {
			got += uint64(n * size)
		} else {
			got = math.MaxInt
		}
		return &Error{Err: ErrTooLarge, Offset: m.pos, Got: got, Limit: uint64(m.limit)}
	}
	m.left -= n * size
	return nil
}

// value counts what a value of p takes beyond its place, and goes past it. What p cannot take is counted as an
// any: the library refuses it, at the latest when it gets there.
func (m *meter) value(p *plan) error {
	c := m.src[m.pos]
	if p.kind == kindPointer && c != codeNil {
		if err := m.charge(1, int(p.elem.typ.Size())); err != nil {
			return err
		}
		return m.value(p.elem)
	}
	head, body, children, _ := measure(m.src[m.pos:])
	m.pos += int(head + body)
	n := int(children)
	switch isMap := isMap(c); {
	case n == 0 && p.kind == kindBytes:
		return m.charge(1, int(body))
	case n == 0 && (p.kind == kindMap || isMap && p.kind == kindAny):
		return m.charge(1, mapSize)
	case n == 0 && p.kind >= kindOpaque && p.kind <= kindAny:
		return m.charge(1, boxSize+int(body))
	case n == 0:
		return nil
	case isMap && p.kind == kindMap:
		return m.entries(n/2, p.key, p.elem)
	case isMap && p.kind == kindStruct:
		return m.named(n/2, p)
	case isMap:
		return m.entries(n/2, anyPlan, anyPlan)
	case p.kind == kindSlice:
		if err := m.charge(n, int(p.elem.typ.Size())); err != nil {
			return err
		}
		return m.values(n, p.elem)
	case p.kind == kindArray:
		return m.values(n, p.elem)
	case p.kind == kindStruct && n == len(p.fields):
		for i := range p.fields {
			if err := m.value(p.fields[i].plan); err != nil {
				return err
			}
		}
		return nil
	}
	if err := m.charge(n, anySize); err != nil {
		return err
	}
	return m.values(n, anyPlan)
}

func (m *meter) values(n int, p *plan) error {
	for range n {
		if err := m.value(p); err != nil {
			return err
		}
	}
	return nil
}

// entries counts n entries of a map.
func (m *meter) entries(n int, key, elem *plan) error {
	if err := m.charge(1, mapSize); err != nil {
		return err
	}
	if err := m.charge(n, int(key.typ.Size()+elem.typ.Size())); err != nil {
		return err
	}
	for range n {
		if err := m.value(key); err != nil {
			return err
		}
		if err := m.value(elem); err != nil {
			return err
		}
	}
	return nil
}

// named counts n fields of a struct.
func (m *meter) named(n int, p *plan) error {
	for range n {
		head, body, children, _ := measure(m.src[m.pos:])
		name := m.src[m.pos+int(head) : m.pos+int(head+body)]
		if children > 0 { // no name, so the library ends here
			m.skip()
		} else {
			m.pos += int(head + body)
		}
		if of := p.byName[string(name)]; of == nil {
			m.skip() // as the library does
		} else if err := m.value(of); err != nil {
			return err
		}
	}
	return nil
}

// skip goes past a value that takes no memory.
func (m *meter) skip() {
	for left := uint64(1); left > 0; left-- {
		head, body, children, _ := measure(m.src[m.pos:])
		m.pos += int(head + body)
		left += children
	}
}

// anyPlan is how everything is counted that the plan of a type has no place for.
var anyPlan = &plan{typ: reflect.TypeFor[any](), kind: kindAny}

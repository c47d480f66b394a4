package msgpack

import (
	"reflect"
	"sync"
	"time"
)

// kind is how the library treats the values of a Go type.
type kind uint8

const (
	kindPlain  kind = iota // takes no memory beyond its place: numbers, bools, times, [N]byte
	kindBytes              // takes the bytes of its encoding: strings, []byte, types with MarshalBinary or MarshalText
	kindOpaque             // encodes and decodes itself: types with EncodeMsgpack or MarshalMsgpack
	kindError              // the interface, which travels as its text
	kindAny                // any other interface
	kindPointer
	kindSlice
	kindArray
	kindMap
	kindStruct
)

// plan is what is known of a Go type: how the library treats it, and why it must not. It is immutable once
// [plans.of] has returned it.
type plan struct {
	typ    reflect.Type
	kind   kind
	key    *plan            // of kindMap
	elem   *plan            // of pointers, slices, arrays and maps
	fields []field          // of kindStruct, in the order of the wire
	byName map[string]*plan // of kindStruct: of what may come under a name

	listing bool // its fields are being listed

	// why the library must not meet values of the type itself, or would encode but not decode them; or "".
	why struct{ broken, oneWay string }

	sums
}

// field is one that the library encodes. Those of an inlined struct have the path to them as index.
type field struct {
	name  string
	index []int
	plan  *plan
}

// plans makes a plan for each type once. The zero value is ready for use, by any number of goroutines.
type plans struct{ known sync.Map } // reflect.Type → *plan

// of returns the plan of t.
func (ps *plans) of(t reflect.Type) *plan {
	if p, ok := ps.known.Load(t); ok {
		return p.(*plan)
	}
	b := planner{known: &ps.known, made: make(map[reflect.Type]*plan)}
	p := b.plan(t)
	for len(b.queue) > 0 {
		next := b.queue[0]
		b.queue = b.queue[1:]
		b.list(next)
	}
	for _, p := range b.made {
		p.sum()
	}
	for t, p := range b.made {
		ps.known.LoadOrStore(t, p)
	}
	return p
}

// planner makes the plans of a type and of every type below it.
type planner struct {
	known *sync.Map
	made  map[reflect.Type]*plan // also those that are not complete, so that a type may contain itself
	queue []*plan                // structs whose fields are to be listed
}

func (b *planner) plan(t reflect.Type) *plan {
	if p, ok := b.known.Load(t); ok {
		return p.(*plan)
	}
	if p, ok := b.made[t]; ok {
		return p
	}
	p := &plan{typ: t}
	b.made[t] = p
	if t == reflect.TypeFor[time.Time]() { // registered with the library
		return p
	}
	if t == reflect.TypeFor[error]() {
		p.kind = kindError
		return p
	}
	if !p.methods() {
		b.fill(p)
	}
	return p
}

// fill completes the plan of a type without methods of its own.
func (b *planner) fill(p *plan) {
	t := p.typ
	switch t.Kind() {
	case reflect.Uintptr, reflect.Complex64, reflect.Complex128, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		p.why.broken = "a " + t.Kind().String() + " has no MessagePack form"
	case reflect.String:
		p.kind = kindBytes
	case reflect.Interface:
		p.kind = kindAny
		if t.NumMethod() > 0 {
			p.why.oneWay = "an interface with methods cannot be decoded"
		}
	case reflect.Pointer:
		p.kind = kindPointer
		if endless(t) {
			p.why.broken = "its pointers never lead to a value"
			return
		}
		p.elem = b.plan(t.Elem())
	case reflect.Slice:
		p.kind = kindSlice
		if p.elem = b.plan(t.Elem()); t.Elem().Kind() == reflect.Uint8 {
			p.kind, p.elem = kindBytes, nil
		}
	case reflect.Array:
		if t.Elem().Kind() != reflect.Uint8 {
			p.kind, p.elem = kindArray, b.plan(t.Elem())
		}
	case reflect.Map:
		p.kind, p.key, p.elem = kindMap, b.plan(t.Key()), b.plan(t.Elem())
	case reflect.Struct:
		p.kind = kindStruct
		b.queue = append(b.queue, p)
	}
}

// endless reports whether pointers lead from t to t alone, as from type P *P.
func endless(t reflect.Type) bool {
	seen := make(map[reflect.Type]bool)
	for ; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}

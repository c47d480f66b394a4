package tagged

import (
	"encoding"
	"math/big"
	"reflect"
	"sync"
	"time"

	"github.com/shmring/ipc/codec/internal/declared"
)

// kind is how the values of a Go type travel.
type kind uint8

const (
	kindUnsupported kind = iota
	kindBool
	kindInt
	kindUint
	kindFloat32
	kindFloat64
	kindComplex
	kindString
	kindBytes     // []byte and the like
	kindByteArray // [N]byte
	kindSlice
	kindArray
	kindSet    // map[K]struct{}
	kindObject // map with string keys
	kindMap    // any other map
	kindStruct
	kindPointer
	kindAny
	kindTime
	kindDuration
	kindBig
	kindText // encoding.TextMarshaler and TextUnmarshaler
	kindLooseSet
	kindLooseMap
	kindUndefined
)

// plan is what is known of a Go type. It is immutable once [plans] has handed it out.
type plan struct {
	kind   kind
	typ    reflect.Type
	reason string         // of kindUnsupported
	key    *plan          // of kindSet, kindObject and kindMap
	elem   *plan          // of slices, arrays, maps and pointers
	fields []field        // of kindStruct, in order of declaration
	byName map[string]int // index into fields
	names  []string       // of the fields
}

// field is one exported field of a struct.
type field struct {
	name  string
	index int
	plan  *plan
}

// plans makes a plan for each type once. The zero value is ready for use, by any number of goroutines.
type plans struct{ known sync.Map } // reflect.Type → *plan

// of returns the plan of t.
func (ps *plans) of(t reflect.Type) *plan {
	if p, ok := ps.known.Load(t); ok {
		return p.(*plan)
	}
	made := make(map[reflect.Type]*plan)
	p := ps.make(t, made)
	for t, p := range made {
		ps.known.LoadOrStore(t, p)
	}
	return p
}

// make plans t and every type below it. made holds what is planned or being planned, so that a type
// may contain itself.
func (ps *plans) make(t reflect.Type, made map[reflect.Type]*plan) *plan {
	if p, ok := ps.known.Load(t); ok {
		return p.(*plan)
	}
	if p, ok := made[t]; ok {
		return p
	}
	p := &plan{typ: t}
	made[t] = p
	switch t {
	case reflect.TypeFor[time.Time]():
		p.kind = kindTime
	case reflect.TypeFor[time.Duration]():
		p.kind = kindDuration
	case reflect.TypeFor[big.Int]():
		p.kind = kindBig
	case reflect.TypeFor[Set]():
		p.kind = kindLooseSet
	case reflect.TypeFor[Map]():
		p.kind = kindLooseMap
	case reflect.TypeFor[Undefined]():
		p.kind = kindUndefined
	default:
		if isText(t) {
			p.kind = kindText
		} else {
			ps.fill(p, made)
		}
	}
	return p
}

// isText reports whether a *t writes itself as text and reads itself back, by methods that t declares. What t takes
// from an embedded field does not count: the field travels as any other.
func isText(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface &&
		p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) &&
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) &&
		declared.Method(t, func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("MarshalText") }) &&
		declared.Method(t, func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalText") })
}

// fill completes the plan of a type by its reflect.Kind.
func (ps *plans) fill(p *plan, made map[reflect.Type]*plan) {
	t := p.typ
	switch t.Kind() {
	case reflect.Bool:
		p.kind = kindBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.kind = kindInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		p.kind = kindUint
	case reflect.Float32:
		p.kind = kindFloat32
	case reflect.Float64:
		p.kind = kindFloat64
	case reflect.Complex64, reflect.Complex128:
		p.kind = kindComplex
	case reflect.String:
		p.kind = kindString
	case reflect.Slice, reflect.Array:
		array := t.Kind() == reflect.Array
		p.elem = ps.make(t.Elem(), made)
		p.kind = kindSlice
		switch isByte := t.Elem().Kind() == reflect.Uint8 && p.elem.kind == kindUint; {
		case array && isByte:
			p.kind = kindByteArray
		case array:
			p.kind = kindArray
		case isByte:
			p.kind = kindBytes
		}
	case reflect.Map:
		p.key, p.elem = ps.make(t.Key(), made), ps.make(t.Elem(), made)
		p.kind = kindMap
		if t.Elem() == reflect.TypeFor[struct{}]() {
			p.kind = kindSet
		} else if p.key.kind == kindString {
			p.kind = kindObject
		}
	case reflect.Struct:
		ps.fillStruct(p, made)
	case reflect.Pointer:
		p.elem = ps.make(t.Elem(), made)
		p.kind = kindPointer
		if k := t.Elem().Kind(); k == reflect.Pointer || k == reflect.Interface {
			p.refuse("a nil could be that of either pointer")
		}
	case reflect.Interface:
		p.kind = kindAny
		if t.NumMethod() > 0 {
			p.refuse("an interface with methods cannot be decoded")
		}
	default:
		p.refuse("a " + t.Kind().String() + " means nothing outside its process")
	}
}

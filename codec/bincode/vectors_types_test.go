package bincode_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

// typeMaker turns a schema into a Go type and the options that it needs.
//
// Types that contain themselves cannot be built by reflection: an enum becomes an interface type out of
// slots, a struct a type out of boxes, which encodes what it holds through the format-aware hooks.
type typeMaker struct {
	interfaces bool // enums with data are interfaces, not structs of pointers
	recursive  map[string]bool
	slot       map[string]int // of enums that are interfaces
	box        map[string]int
	variants   map[reflect.Type][]reflect.Type // of those interfaces
	defined    map[string]*schema
}

// Slots are interface types that any value implements.
type (
	slot0 any
	slot1 any
	slot2 any
	slot3 any
	slot4 any
	slot5 any
	slot6 any
	slot7 any
)

var slotTypes = []reflect.Type{
	reflect.TypeFor[slot0](), reflect.TypeFor[slot1](), reflect.TypeFor[slot2](), reflect.TypeFor[slot3](),
	reflect.TypeFor[slot4](), reflect.TypeFor[slot5](), reflect.TypeFor[slot6](), reflect.TypeFor[slot7](),
}

// A box holds a pointer to a value of the type with its number in boxed.
type box struct{ v any }

type (
	box0 struct{ box }
	box1 struct{ box }
	box2 struct{ box }
	box3 struct{ box }
)

var (
	boxTypes = []reflect.Type{reflect.TypeFor[box0](), reflect.TypeFor[box1](), reflect.TypeFor[box2](), reflect.TypeFor[box3]()}
	boxed    [4]reflect.Type
)

func (b *box0) AppendBincodeFormat(dst []byte, f *bincode.Format) ([]byte, error) {
	return f.Append(dst, b.v)
}
func (b *box1) AppendBincodeFormat(dst []byte, f *bincode.Format) ([]byte, error) {
	return f.Append(dst, b.v)
}
func (b *box2) AppendBincodeFormat(dst []byte, f *bincode.Format) ([]byte, error) {
	return f.Append(dst, b.v)
}
func (b *box3) AppendBincodeFormat(dst []byte, f *bincode.Format) ([]byte, error) {
	return f.Append(dst, b.v)
}

func (b *box) read(src []byte, f *bincode.Format, n int) (int, error) {
	v := reflect.New(boxed[n])
	b.v = v.Interface()
	return f.UnmarshalPrefix(src, b.v)
}

func (b *box0) UnmarshalBincodeFormat(src []byte, f *bincode.Format) (int, error) {
	return b.read(src, f, 0)
}
func (b *box1) UnmarshalBincodeFormat(src []byte, f *bincode.Format) (int, error) {
	return b.read(src, f, 1)
}
func (b *box2) UnmarshalBincodeFormat(src []byte, f *bincode.Format) (int, error) {
	return b.read(src, f, 2)
}
func (b *box3) UnmarshalBincodeFormat(src []byte, f *bincode.Format) (int, error) {
	return b.read(src, f, 3)
}

// makeType builds the type of s.
func makeType(s *schema, interfaces bool) (m *typeMaker, t reflect.Type) {
	m = &typeMaker{interfaces: interfaces, recursive: map[string]bool{}, slot: map[string]int{}, box: map[string]int{},
		variants: map[reflect.Type][]reflect.Type{}, defined: map[string]*schema{}}
	s.walk(func(s *schema) {
		if s.K == "ref" {
			m.recursive[s.Name] = true
		} else if s.K == "struct" || s.K == "enum" {
			m.defined[s.Name] = s
		}
	})
	return m, m.typeOf(s)
}

// options registers the interfaces.
func (m *typeMaker) options() (opts []bincode.Option) {
	for t, v := range m.variants {
		opts = append(opts, bincode.VariantTypes(t, v...))
	}
	return opts
}

var scalarTypes = map[string]reflect.Type{
	"u8": reflect.TypeFor[uint8](), "u16": reflect.TypeFor[uint16](), "u32": reflect.TypeFor[uint32](),
	"u64": reflect.TypeFor[uint64](), "u128": reflect.TypeFor[bincode.Uint128](), "usize": wide(reflect.TypeFor[uint](), reflect.TypeFor[uint64]()),
	"i8": reflect.TypeFor[int8](), "i16": reflect.TypeFor[int16](), "i32": reflect.TypeFor[int32](),
	"i64": reflect.TypeFor[int64](), "i128": reflect.TypeFor[bincode.Int128](), "isize": wide(reflect.TypeFor[int](), reflect.TypeFor[int64]()),
	"f32": reflect.TypeFor[float32](), "f64": reflect.TypeFor[float64](), "bool": reflect.TypeFor[bool](),
	"char": reflect.TypeFor[bincode.Char](), "string": reflect.TypeFor[string](), "unit": reflect.TypeFor[struct{}](),
	"duration": reflect.TypeFor[bincode.Duration](), "systemtime": reflect.TypeFor[time.Time](),
	"ipaddr": reflect.TypeFor[netip.Addr](), "sockaddr": reflect.TypeFor[netip.AddrPort](),
	"ipv4": tagged(reflect.TypeFor[netip.Addr](), "ipv4"), "ipv6": tagged(reflect.TypeFor[netip.Addr](), "ipv6"),
	"sockaddr4": tagged(reflect.TypeFor[netip.AddrPort](), "ipv4"), "sockaddr6": tagged(reflect.TypeFor[netip.AddrPort](), "ipv6"),
}

// wide is t where it holds 64 bits, elsewhere the type that does.
func wide(t, always reflect.Type) reflect.Type {
	if t.Size() == 8 {
		return t
	}
	return always
}

// tagged is t in a struct of one field, which leaves no trace but can carry a tag.
func tagged(t reflect.Type, tag string) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: "F0", Type: t, Tag: reflect.StructTag(fmt.Sprintf("bincode:%q", tag))}})
}

func (m *typeMaker) typeOf(s *schema) reflect.Type {
	if t, ok := scalarTypes[s.K]; ok {
		return t
	}
	switch s.K {
	case "option":
		return reflect.PointerTo(m.typeOf(s.Inner))
	case "vec":
		return reflect.SliceOf(m.typeOf(s.Elem))
	case "array":
		return reflect.ArrayOf(s.N, m.typeOf(s.Elem))
	case "newtype":
		return m.structOf("N", s.Inner)
	case "tuple":
		return m.structOf("T", s.Elems...)
	case "struct":
		return m.structType(s)
	case "range":
		return m.structOf("R", s.Elem, s.Elem)
	case "nonzero":
		return tagged(m.typeOf(s.Inner), "nonzero")
	case "map":
		return mapOf(m.typeOf(s.Key), m.typeOf(s.Val))
	case "set":
		return mapOf(m.typeOf(s.Elem), reflect.TypeFor[struct{}]())
	case "result":
		return unionOf(m.typeOf(s.Ok), m.typeOf(s.Err))
	case "enum":
		return m.enumType(s)
	case "ref":
		if n, ok := m.box[s.Name]; ok {
			return boxTypes[n]
		}
		return slotTypes[m.slot[s.Name]]
	}
	panic("a schema of unknown kind " + s.K)
}

func (m *typeMaker) structType(s *schema) reflect.Type {
	var inner []*schema
	for _, f := range s.Fields {
		inner = append(inner, f.Type)
	}
	if !m.recursive[s.Name] {
		return m.structOf("S", inner...)
	}
	if n, ok := m.box[s.Name]; ok {
		return boxTypes[n]
	}
	n := len(m.box)
	m.box[s.Name] = n
	boxed[n] = m.structOf("S", inner...)
	return boxTypes[n]
}

func (m *typeMaker) structOf(prefix string, inner ...*schema) reflect.Type {
	var fields []reflect.StructField
	for i, s := range inner {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint(prefix, i), Type: m.typeOf(s)})
	}
	return reflect.StructOf(fields)
}

// mapOf is a map, or where Go has no map with such keys, the slice of pairs with the same bytes.
func mapOf(key, val reflect.Type) reflect.Type {
	if plainKey(key) {
		return reflect.MapOf(key, val)
	}
	return reflect.SliceOf(reflect.StructOf([]reflect.StructField{{Name: "Key", Type: key}, {Name: "Val", Type: val}}))
}

// plainKey reports whether equal keys of t are equal in Go, and only those.
func plainKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Float32, reflect.Float64:
		return false
	case reflect.Array:
		return plainKey(t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return false
		}
		for i := range t.NumField() {
			if t.Field(i).IsExported() && !plainKey(t.Field(i).Type) {
				return false
			}
		}
	}
	return true
}

// unionOf is a sum type as a struct of pointers.
func unionOf(variants ...reflect.Type) reflect.Type {
	fields := []reflect.StructField{{Name: "Union", Type: reflect.TypeFor[bincode.Union]()}}
	for i, t := range variants {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("V", i), Type: reflect.PointerTo(t)})
	}
	return reflect.StructOf(fields)
}

// enumType is an integer for units alone, else an interface or a struct of pointers.
func (m *typeMaker) enumType(s *schema) reflect.Type {
	n := s.UnitVariants
	for _, v := range s.Variants {
		n = max(n, v.Tag+1)
	}
	if !s.dataEnum() {
		t := reflect.TypeFor[uint32]()
		if n <= 256 {
			t = reflect.TypeFor[uint8]()
		}
		return tagged(t, fmt.Sprint("enum=", n))
	}
	if !m.interfaces && !m.recursive[s.Name] {
		return unionOf(m.variantTypes(s, n)...)
	}
	if k, ok := m.slot[s.Name]; ok {
		return slotTypes[k]
	}
	k := len(m.slot)
	m.slot[s.Name] = k
	m.variants[slotTypes[k]] = m.variantTypes(s, n)
	return slotTypes[k]
}

// variantTypes gives the n variants types that all differ.
func (m *typeMaker) variantTypes(s *schema, n int) []reflect.Type {
	types := make([]reflect.Type, n)
	for i := range types {
		types[i] = reflect.StructOf([]reflect.StructField{{Name: fmt.Sprint("U", i), Type: reflect.TypeFor[struct{}]()}})
	}
	for _, v := range s.Variants {
		switch prefix := fmt.Sprint("V", v.Tag, "F"); v.Kind {
		case "newtype":
			types[v.Tag] = m.structOf(prefix, v.Inner)
		case "tuple":
			types[v.Tag] = m.structOf(prefix, v.Elems...)
		case "struct":
			var inner []*schema
			for _, f := range v.Fields {
				inner = append(inner, f.Type)
			}
			types[v.Tag] = m.structOf(prefix, inner...)
		}
	}
	return types
}

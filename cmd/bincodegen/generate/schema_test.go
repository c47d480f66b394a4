package generate_test

import (
	"encoding/json"
	"fmt"
	"strings"
)

// schema is a Rust type as data, as in the vectors.
type schema struct {
	K            string    `json:"k"`
	Name         string    `json:"name"`
	Inner        *schema   `json:"inner"`
	Elem         *schema   `json:"elem"`
	Elems        []*schema `json:"elems"`
	N            int       `json:"n"`
	Fields       []field   `json:"fields"`
	Key          *schema   `json:"key"`
	Val          *schema   `json:"val"`
	Ok           *schema   `json:"ok"`
	Err          *schema   `json:"err"`
	Variants     []variant `json:"variants"`
	UnitVariants int       `json:"unit_variants"`
}

type field struct {
	Name string
	Type *schema
}

func (f *field) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[]any{&f.Name, &f.Type}) }

type variant struct {
	schema
	Tag  int    `json:"tag"`
	Kind string `json:"kind"`
}

// source writes Go types for schemas.
type source struct {
	strings.Builder
	prefix   string          // of the names that belong to one schema
	declared map[string]bool // those that are there
	refs     map[string]bool // names of types that contain themselves
}

// declare writes the type name for s, in a struct so that it can have methods and tags.
func (w *source) declare(name string, s *schema) {
	w.prefix, w.refs = name, map[string]bool{}
	s.findRefs(w.refs)
	expr := w.tagged("V", s)
	fmt.Fprintf(w, "type %s struct { %s }\n\n", name, expr)
}

func (s *schema) findRefs(refs map[string]bool) {
	if s == nil {
		return
	}
	if s.K == "ref" {
		refs[s.Name] = true
	}
	for _, x := range append([]*schema{s.Inner, s.Elem, s.Key, s.Val, s.Ok, s.Err}, s.Elems...) {
		x.findRefs(refs)
	}
	for _, f := range s.Fields {
		f.Type.findRefs(refs)
	}
	for i := range s.Variants {
		s.Variants[i].schema.findRefs(refs)
	}
}

var scalars = map[string]string{
	"u8": "uint8", "u16": "uint16", "u32": "uint32", "u64": "uint64", "usize": "uint", "u128": "bincode.Uint128",
	"i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64", "isize": "int", "i128": "bincode.Int128",
	"f32": "float32", "f64": "float64", "bool": "bool", "char": "bincode.Char", "string": "string", "unit": "struct{}",
	"duration": "bincode.Duration", "systemtime": "time.Time", "ipaddr": "netip.Addr", "sockaddr": "netip.AddrPort",
}

var tags = map[string][2]string{
	"ipv4": {"netip.Addr", "ipv4"}, "ipv6": {"netip.Addr", "ipv6"},
	"sockaddr4": {"netip.AddrPort", "ipv4"}, "sockaddr6": {"netip.AddrPort", "ipv6"},
}

// tagged is a field of that name, with the tag that s needs.
func (w *source) tagged(name string, s *schema) string {
	if t, ok := tags[s.K]; ok {
		return fmt.Sprintf("%s %s `bincode:%q`", name, t[0], t[1])
	}
	switch {
	case s.K == "nonzero":
		return fmt.Sprintf("%s %s `bincode:\"nonzero\"`", name, w.expr(s.Inner))
	case s.K == "enum" && !s.data():
		t := "uint32"
		if s.variants() <= 256 {
			t = "uint8"
		}
		return fmt.Sprintf("%s %s `bincode:\"enum=%d\"`", name, t, s.variants())
	}
	return name + " " + w.expr(s)
}

func (s *schema) data() bool {
	for _, v := range s.Variants {
		if v.Kind != "unit" {
			return true
		}
	}
	return false
}

func (s *schema) variants() int {
	n := s.UnitVariants
	for _, v := range s.Variants {
		n = max(n, v.Tag+1)
	}
	return n
}

// expr is a Go type for s.
func (w *source) expr(s *schema) string {
	if t, ok := scalars[s.K]; ok {
		return t
	}
	switch s.K {
	case "option":
		return "*" + w.expr(s.Inner)
	case "vec":
		return "[]" + w.expr(s.Elem)
	case "array":
		return fmt.Sprintf("[%d]%s", s.N, w.expr(s.Elem))
	case "newtype":
		return w.structOf(s.Inner)
	case "tuple":
		return w.structOf(s.Elems...)
	case "range":
		return "bincode.Range[" + w.expr(s.Elem) + "]"
	case "result":
		return "bincode.Result[" + w.expr(s.Ok) + ", " + w.expr(s.Err) + "]"
	case "map":
		return w.mapOf(s.Key, w.expr(s.Val))
	case "set":
		return w.mapOf(s.Elem, "struct{}")
	case "struct":
		return w.named(s, func() string { return w.structOf(innerOf(s.Fields)...) })
	case "enum":
		if s.data() {
			return w.named(s, func() string { return w.union(s) })
		}
	case "ref":
		return w.prefix + s.Name
	}
	return "struct { " + w.tagged("F", s) + " }"
}

func innerOf(fields []field) (list []*schema) {
	for _, f := range fields {
		list = append(list, f.Type)
	}
	return list
}

func (w *source) structOf(inner ...*schema) string {
	var b strings.Builder
	b.WriteString("struct { ")
	for i, s := range inner {
		b.WriteString(w.tagged(fmt.Sprint("F", i), s) + "; ")
	}
	return b.String() + "}"
}

// mapOf is a map, or the slice of pairs with the same bytes where Go has no such keys.
func (w *source) mapOf(key *schema, val string) string {
	k := w.expr(key)
	for _, word := range []string{"*", "[]", "float", "map[", "time.Time", "Union", "Result", w.prefix} {
		if strings.Contains(k, word) {
			return "[]struct { Key " + k + "; Val " + val + " }"
		}
	}
	return "map[" + k + "]" + val
}

// named gives a type that contains itself a declaration.
func (w *source) named(s *schema, expr func() string) string {
	if !w.refs[s.Name] {
		return expr()
	}
	name := w.prefix + s.Name
	if !w.declared[name] {
		w.declared[name] = true
		t := expr()
		fmt.Fprintf(w, "type %s %s\n\n", name, t)
	}
	return name
}

func (w *source) union(s *schema) string {
	types := make([]string, s.variants())
	for i := range types {
		types[i] = "struct{}"
	}
	for _, v := range s.Variants {
		switch v.Kind {
		case "newtype":
			types[v.Tag] = w.structOf(v.Inner)
		case "tuple":
			types[v.Tag] = w.structOf(v.Elems...)
		case "struct":
			types[v.Tag] = w.structOf(innerOf(v.Fields)...)
		}
	}
	var b strings.Builder
	b.WriteString("struct { bincode.Union; ")
	for i, t := range types {
		fmt.Fprintf(&b, "V%d *%s; ", i, t)
	}
	return b.String() + "}"
}

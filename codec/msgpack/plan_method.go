package msgpack

import (
	"encoding"
	"reflect"

	lib "github.com/vmihailenco/msgpack/v5"

	"github.com/shmring/ipc/codec/internal/declared"
)

// method is one that the library calls where a type has it.
type method struct {
	name string
	of   reflect.Type // the interface for which the library asks
	find declared.Find
}

// forms are the pairs of methods by which a type encodes and decodes itself, in the order in which the library looks
// for them. It looks for each half on its own.
var forms = []struct {
	encode, decode method
	raw            bool // they write and read MessagePack; others the payload of a binary
}{
	{
		encode: method{"EncodeMsgpack", reflect.TypeFor[lib.CustomEncoder](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("EncodeMsgpack") }},
		decode: method{"DecodeMsgpack", reflect.TypeFor[lib.CustomDecoder](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("DecodeMsgpack") }},
		raw: true,
	},
	{
		encode: method{"MarshalMsgpack", reflect.TypeFor[lib.Marshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("MarshalMsgpack") }},
		decode: method{"UnmarshalMsgpack", reflect.TypeFor[lib.Unmarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalMsgpack") }},
		raw: true,
	},
	{
		encode: method{"MarshalBinary", reflect.TypeFor[encoding.BinaryMarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("MarshalBinary") }},
		decode: method{"UnmarshalBinary", reflect.TypeFor[encoding.BinaryUnmarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalBinary") }},
	},
	{
		encode: method{"MarshalText", reflect.TypeFor[encoding.TextMarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("MarshalText") }},
		decode: method{"UnmarshalText", reflect.TypeFor[encoding.TextUnmarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalText") }},
	},
}

// methods completes the plan of a type for which the library calls methods of its own, if there is one.
func (p *plan) methods() bool {
	if p.typ.Kind() == reflect.Pointer || p.typ.Kind() == reflect.Interface {
		return false
	}
	encode, decode := -1, -1
	for i := len(forms) - 1; i >= 0; i-- {
		if p.has(forms[i].encode) {
			encode = i
		}
		if p.has(forms[i].decode) {
			decode = i
		}
	}
	if encode < 0 && decode < 0 {
		return false
	}
	if decode >= 0 {
		p.own(forms[decode].decode)
	}
	if encode < 0 {
		p.why.oneWay = "it has " + forms[decode].decode.name + " but no " + forms[decode].encode.name
		return false // and is encoded as what it is
	}
	p.own(forms[encode].encode)
	p.kind = kindBytes
	if forms[encode].raw {
		p.kind = kindOpaque
	}
	if decode < 0 {
		p.why.oneWay = "it has " + forms[encode].encode.name + " but no " + forms[encode].decode.name
	} else if encode != decode && !(forms[encode].raw && forms[decode].raw) {
		p.why.oneWay = "it is encoded by " + forms[encode].encode.name + " but decoded by " + forms[decode].decode.name
	}
	return true
}

// has reports whether a value or a pointer to one has the method, as the library asks.
func (p *plan) has(m method) bool {
	return p.typ.Implements(m.of) || reflect.PointerTo(p.typ).Implements(m.of)
}

// own refuses a method that the library would call for all of a struct although it belongs to an embedded field.
func (p *plan) own(m method) {
	if !declared.Method(p.typ, m.find) && !declared.Wraps(p.typ, m.find) {
		p.why.broken = m.name + " belongs to an embedded field, and would stand for all of them: declare it, or name the field"
	}
}

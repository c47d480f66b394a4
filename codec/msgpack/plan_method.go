package msgpack

import (
	"encoding"
	"reflect"

	lib "github.com/vmihailenco/msgpack/v5"
)

// A form is a pair of methods by which a type encodes and decodes itself. The library looks for them in this
// order, for each half on its own.
var forms = []struct {
	encode, decode   reflect.Type
	encodes, decodes string // the methods' names
	raw              bool   // they write and read MessagePack; others the payload of a binary
}{
	{reflect.TypeFor[lib.CustomEncoder](), reflect.TypeFor[lib.CustomDecoder](), "EncodeMsgpack", "DecodeMsgpack", true},
	{reflect.TypeFor[lib.Marshaler](), reflect.TypeFor[lib.Unmarshaler](), "MarshalMsgpack", "UnmarshalMsgpack", true},
	{reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.BinaryUnmarshaler](), "MarshalBinary", "UnmarshalBinary", false},
	{reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](), "MarshalText", "UnmarshalText", false},
}

// methods completes the plan of a type for which the library calls methods of its own, if there is one.
func (p *plan) methods() bool {
	if p.typ.Kind() == reflect.Pointer || p.typ.Kind() == reflect.Interface {
		return false
	}
	encode, decode := -1, -1
	for i := len(forms) - 1; i >= 0; i-- {
		if implements(p.typ, forms[i].encode) {
			encode = i
		}
		if implements(p.typ, forms[i].decode) {
			decode = i
		}
	}
	if encode < 0 && decode < 0 {
		return false
	}
	if encode < 0 {
		p.why.oneWay = "it has " + forms[decode].decodes + " but no " + forms[decode].encodes
		return false // and encodes as what it is
	}
	p.kind = kindBytes
	if forms[encode].raw {
		p.kind = kindOpaque
	}
	if decode < 0 {
		p.why.oneWay = "it has " + forms[encode].encodes + " but no " + forms[encode].decodes
	} else if encode != decode && !(forms[encode].raw && forms[decode].raw) {
		p.why.oneWay = "it is encoded by " + forms[encode].encodes + " but decoded by " + forms[decode].decodes
	}
	return true
}

// implements tells whether a t or a *t has the methods of an interface, as the library asks.
func implements(t, methods reflect.Type) bool {
	return t.Implements(methods) || reflect.PointerTo(t).Implements(methods)
}

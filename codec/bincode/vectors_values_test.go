package bincode_test

import (
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

// number reads an integer, given as a JSON number or as text.
func number(v any) *big.Int {
	text, ok := v.(string)
	if !ok {
		text = string(v.(json.Number))
	}
	b, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic("no integer: " + text)
	}
	return b
}

// set stores the data v, of the schema s, to the value to.
func (m *typeMaker) set(to reflect.Value, s *schema, v any) {
	switch s.K {
	case "u8", "u16", "u32", "u64", "usize":
		to.SetUint(number(v).Uint64())
	case "i8", "i16", "i32", "i64", "isize":
		to.SetInt(number(v).Int64())
	case "u128":
		x, _ := bincode.Uint128FromBig(number(v))
		to.Set(reflect.ValueOf(x))
	case "i128":
		x, _ := bincode.Int128FromBig(number(v))
		to.Set(reflect.ValueOf(x))
	case "f32", "f64":
		bits, err := strconv.ParseUint(strings.TrimPrefix(v.(map[string]any)["bits"].(string), "0x"), 16, 64)
		if err != nil {
			panic(err)
		}
		if s.K == "f64" {
			*to.Addr().Interface().(*float64) = math.Float64frombits(bits)
		} else {
			*to.Addr().Interface().(*float32) = math.Float32frombits(uint32(bits))
		}
	case "bool":
		to.SetBool(v.(bool))
	case "char":
		to.SetInt(number(v.(map[string]any)["cp"]).Int64())
	case "string":
		to.SetString(v.(string))
	case "unit":
	case "duration":
		to.Set(reflect.ValueOf(durationOf(v)))
	case "systemtime":
		d := durationOf(v)
		to.Set(reflect.ValueOf(time.Unix(int64(d.Secs), int64(d.Nanos)).UTC()))
	case "ipaddr":
		to.Set(reflect.ValueOf(netip.MustParseAddr(v.(string))))
	case "sockaddr":
		to.Set(reflect.ValueOf(netip.MustParseAddrPort(v.(string))))
	case "ipv4", "ipv6":
		to.Field(0).Set(reflect.ValueOf(netip.MustParseAddr(v.(string))))
	case "sockaddr4", "sockaddr6":
		to.Field(0).Set(reflect.ValueOf(netip.MustParseAddrPort(v.(string))))
	default:
		m.setCompound(to, s, v)
	}
}

func durationOf(v any) bincode.Duration {
	o := v.(map[string]any)
	return bincode.Duration{Secs: number(o["secs"]).Uint64(), Nanos: uint32(number(o["nanos"]).Uint64())}
}

func (m *typeMaker) setCompound(to reflect.Value, s *schema, v any) {
	switch s.K {
	case "option":
		if some, ok := v.(map[string]any)["some"]; ok {
			m.set(fresh(to), s.Inner, some)
		}
	case "nonzero", "newtype":
		m.set(to.Field(0), s.Inner, v)
	case "vec":
		m.setVec(to, s, v)
	case "array":
		for i, x := range v.([]any) {
			m.set(to.Index(i), s.Elem, x)
		}
	case "tuple":
		for i, x := range v.([]any) {
			m.set(to.Field(i), s.Elems[i], x)
		}
	case "struct":
		if to.Addr().Type().Implements(reflect.TypeFor[bincode.FormatAppender]()) {
			n := m.box[s.Name]
			inner := reflect.New(boxed[n])
			to.Addr().Interface().(interface{ hold(any) }).hold(inner.Interface())
			to = inner.Elem()
		}
		m.setFields(to, s.Fields, v)
	case "range":
		m.set(to.Field(0), s.Elem, v.(map[string]any)["start"])
		m.set(to.Field(1), s.Elem, v.(map[string]any)["end"])
	case "map":
		for _, x := range v.([]any) {
			m.setEntry(to, s.Key, s.Val, x.([]any)[0], x.([]any)[1])
		}
	case "set":
		for _, x := range v.([]any) {
			m.setEntry(to, s.Elem, &schema{K: "unit"}, x, nil)
		}
	case "result":
		if x, ok := v.(map[string]any)["ok"]; ok {
			m.set(fresh(to.Field(1)), s.Ok, x)
		} else {
			m.set(fresh(to.Field(2)), s.Err, v.(map[string]any)["err"])
		}
	case "enum":
		m.setEnum(to, s, v)
	case "ref":
		m.set(to, m.defined[s.Name], v)
	default:
		panic("a schema of unknown kind " + s.K)
	}
}

func (b *box) hold(v any) { b.v = v }

// fresh makes the pointer to point to a new value and returns that.
func fresh(to reflect.Value) reflect.Value {
	to.Set(reflect.New(to.Type().Elem()))
	return to.Elem()
}

func (m *typeMaker) setVec(to reflect.Value, s *schema, v any) {
	if o, ok := v.(map[string]any); ok {
		n := int(number(o["count"]).Int64())
		to.Set(reflect.MakeSlice(to.Type(), n, n))
		for i := 0; i < n && s.Elem.K != "unit"; i++ {
			m.set(to.Index(i), s.Elem, o["repeat"])
		}
		return
	}
	list := v.([]any)
	to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
	for i, x := range list {
		m.set(to.Index(i), s.Elem, x)
	}
}

func (m *typeMaker) setFields(to reflect.Value, fields []schemaField, v any) {
	for i, f := range fields {
		m.set(to.Field(i), f.Type, v.(map[string]any)[f.Name])
	}
}

func (m *typeMaker) setEntry(to reflect.Value, key, val *schema, k, v any) {
	if to.Kind() == reflect.Slice {
		pair := reflect.New(to.Type().Elem()).Elem()
		m.set(pair.Field(0), key, k)
		m.set(pair.Field(1), val, v)
		to.Set(reflect.Append(to, pair))
		return
	}
	if to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	a, b := reflect.New(to.Type().Key()).Elem(), reflect.New(to.Type().Elem()).Elem()
	m.set(a, key, k)
	m.set(b, val, v)
	to.SetMapIndex(a, b)
}

func (m *typeMaker) setEnum(to reflect.Value, s *schema, v any) {
	o := v.(map[string]any)
	tag := int(number(o["tag"]).Int64())
	if !s.dataEnum() {
		to.Field(0).SetUint(uint64(tag))
		return
	}
	var held reflect.Value
	if to.Kind() == reflect.Interface {
		held = reflect.New(m.variants[to.Type()][tag]).Elem()
		defer func() { to.Set(held) }()
	} else {
		held = fresh(to.Field(tag + 1))
	}
	for _, x := range s.Variants {
		if x.Tag != tag {
			continue
		}
		switch x.Kind {
		case "newtype":
			m.set(held.Field(0), x.Inner, o["value"])
		case "tuple":
			for i, y := range o["value"].([]any) {
				m.set(held.Field(i), x.Elems[i], y)
			}
		case "struct":
			m.setFields(held, x.Fields, o["value"])
		}
	}
}

// same compares two values of one type; floats by their bits.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float32:
		return math.Float32bits(float32(a.Float())) == math.Float32bits(float32(b.Float()))
	case reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && same(a.Elem(), b.Elem())
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		if a.Type().Elem().Size() == 0 {
			return true
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		for _, k := range a.MapKeys() {
			if v := b.MapIndex(k); !v.IsValid() || !same(a.MapIndex(k), v) {
				return false
			}
		}
		return a.Len() == b.Len()
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[netip.Addr]() || a.Type() == reflect.TypeFor[netip.AddrPort]() || a.Type() == reflect.TypeFor[time.Time]() {
			return a.Interface() == b.Interface()
		}
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

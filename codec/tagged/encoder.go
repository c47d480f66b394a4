package tagged

import (
	"encoding"
	"encoding/binary"
	"math"
	"math/big"
	"reflect"
	"time"
	"unicode/utf8"
)

// encoder writes one value. Its methods return an [Error] without offset.
type encoder struct {
	sink
	plans     *plans
	depth     int // containers now open
	maxDepth  int
	unchecked bool // the value has been decoded, so its keys are known to be unique
}

func refuse(sentinel error, format string, args ...any) error {
	return &Error{Offset: -1, Err: detail(sentinel, format, args...)}
}

func (e *encoder) enter() error {
	if e.depth == e.maxDepth {
		return refuse(ErrDepth, "more than %d levels", e.maxDepth)
	}
	e.depth++
	return nil
}

// open begins a container of n elements; the caller ends it with e.depth--.
func (e *encoder) open(c Code, n int) error {
	if err := e.enter(); err != nil {
		return err
	}
	e.code(c)
	e.integer(int64(n))
	return nil
}

func (e *encoder) value(p *plan, v reflect.Value) error {
	switch p.kind {
	case kindBool:
		if v.Bool() {
			e.code(CodeTrue)
		} else {
			e.code(CodeFalse)
		}
	case kindInt:
		e.integer(v.Int())
	case kindUint:
		if n := v.Uint(); n > math.MaxInt64 {
			e.fixed64(CodeUint64, n)
		} else {
			e.integer(int64(n))
		}
	case kindFloat32:
		e.fixed32(CodeFloat32, float32Bits(v))
	case kindFloat64:
		e.float64(v.Float())
	case kindComplex:
		n := v.Complex()
		e.fixed64(CodeComplex, math.Float64bits(real(n)))
		e.raw(binary.BigEndian.AppendUint64(nil, math.Float64bits(imag(n))))
	case kindString:
		return e.text(v.String())
	case kindBytes:
		if v.IsNil() {
			e.code(CodeNull)
		} else {
			e.blob(CodeBytes, v.Bytes())
		}
	case kindByteArray:
		e.byteArray(v)
	case kindDuration:
		e.code(CodeDuration)
		e.integer(v.Int())
	case kindTime:
		return e.time(v.Interface().(time.Time))
	case kindBig:
		n := v.Interface().(big.Int)
		e.blob(CodeBig, bigBytes(&n))
	case kindText:
		return e.marshalText(v)
	case kindUndefined:
		e.code(CodeUndefined)
	case kindPointer, kindAny:
		return e.inner(p, v)
	case kindUnsupported:
		return refuse(ErrUnsupported, "%v: %s", p.typ, p.reason)
	default:
		return e.container(p, v)
	}
	return nil
}

// float32Bits returns the bits of a float32 without a detour over float64, which would quiet a NaN.
func float32Bits(v reflect.Value) uint32 {
	return math.Float32bits(v.Convert(reflect.TypeFor[float32]()).Interface().(float32))
}

// inner writes what a pointer or an any holds, or null.
func (e *encoder) inner(p *plan, v reflect.Value) error {
	if v.IsNil() {
		e.code(CodeNull)
		return nil
	}
	if p.kind == kindPointer {
		return e.value(p.elem, v.Elem())
	}
	return e.value(e.plans.of(v.Elem().Type()), v.Elem())
}

func (e *encoder) text(s string) error {
	if !utf8.ValidString(s) {
		return refuse(ErrUTF8, "%.40q", s)
	}
	e.code(CodeString)
	e.key(s)
	return nil
}

func (e *encoder) marshalText(v reflect.Value) error {
	if !v.CanAddr() { // MarshalText may belong to the pointer
		v = addressable(v)
	}
	b, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return refuse(ErrType, "%v: %w", v.Type(), err)
	}
	return e.text(string(b))
}

func (e *encoder) byteArray(v reflect.Value) {
	if !v.CanAddr() {
		v = addressable(v)
	}
	e.blob(CodeBytes, v.Bytes())
}

func addressable(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type()).Elem()
	p.Set(v)
	return p
}

// dayInSeconds bounds the offset of a time zone.
const dayInSeconds = 24 * 60 * 60

// time writes a date if nothing is lost by it: whole milliseconds in UTC.
func (e *encoder) time(t time.Time) error {
	_, offset := t.Zone()
	if ms := t.UnixMilli(); offset == 0 && time.UnixMilli(ms).Equal(t) {
		e.code(CodeDate)
		e.integer(ms)
		return nil
	}
	if offset <= -dayInSeconds || offset >= dayInSeconds {
		return refuse(ErrRange, "zone offset of %d s, want less than a day", offset)
	}
	e.code(CodeTime)
	e.integer(t.Unix())
	e.integer(int64(t.Nanosecond()))
	e.integer(int64(offset))
	return nil
}

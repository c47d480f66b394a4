package bincode

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"time"
)

// value adds a value of type t at off to the program, and a call of its Validate if it has one.
func (b *builder) value(t reflect.Type, g tag, off uintptr, name string) error {
	if err := b.form(t, g, off, name); err != nil {
		return err
	}
	if validates(t) {
		b.op(step{code: opValidate, off: off, name: name, hook: &hook{typ: t}}, 0)
	}
	return nil
}

// form adds the wire form of a value.
func (b *builder) form(t reflect.Type, g tag, off uintptr, name string) error {
	s := step{off: off, name: name}
	if done, err := b.own(t, g, s); done || err != nil {
		return err
	}
	if g.NonZero {
		return b.nonzero(t, s)
	}
	if g.Enum > 0 {
		return b.enum(t, g.Enum, s)
	}
	switch t.Kind() {
	case reflect.Bool:
		b.bool(off, 1, name)
	case reflect.Int8, reflect.Uint8:
		b.move(off, 1, 1, name)
	case reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		b.integer(t, g, opSigned, s)
	case reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		b.integer(t, g, opUnsigned, s)
	case reflect.Float32, reflect.Float64:
		b.move(off, int(t.Size()), int(t.Size()), name)
	case reflect.String:
		s.code = opText
		b.op(s, b.lengthMin())
	case reflect.Slice:
		return b.slice(t, s)
	case reflect.Array:
		return b.array(t, s)
	case reflect.Map:
		return b.mapping(t, s)
	case reflect.Interface:
		return b.unionInterface(t, s)
	case reflect.Pointer:
		return b.pointer(t, g, s)
	case reflect.Struct:
		if isUnionStruct(t) {
			return b.unionStruct(t, s)
		}
		if err := b.fields(t, off, name); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s has no bincode form", t)
	}
	return nil
}

// own adds t if it is one of the types with a form of its own, or has hooks.
func (b *builder) own(t reflect.Type, g tag, s step) (bool, error) {
	switch t {
	case reflect.TypeFor[time.Duration]():
		s.code = opGoDuration
		b.op(s, b.least(8)+b.least(4))
	case reflect.TypeFor[Duration]():
		s.code = opDuration
		b.op(s, b.least(8)+b.least(4))
	case reflect.TypeFor[time.Time]():
		s.code = opTime
		b.op(s, b.least(8)+b.least(4))
	case reflect.TypeFor[Char]():
		s.code = opChar
		b.op(s, 1)
	case reflect.TypeFor[Uint128](), reflect.TypeFor[Int128]():
		b.wide(t, s)
	case reflect.TypeFor[big.Int](), reflect.TypeFor[*big.Int]():
		s.code = opBig
		if t.Kind() == reflect.Pointer {
			s.code = opBigPointer
		}
		if !g.U128 {
			s.n = 1
		}
		b.op(s, b.least(16))
	case reflect.TypeFor[netip.Addr]():
		switch g.IP {
		case 4:
			s.code = opAddr4
			b.op(s, 4)
		case 6:
			s.code = opAddr6
			b.op(s, 16)
		default:
			s.code = opAddr
			b.op(s, b.tagMin()+4)
		}
	case reflect.TypeFor[netip.AddrPort]():
		switch g.IP {
		case 4:
			s.code = opAddrPort4
			b.op(s, 4+b.least(2))
		case 6:
			s.code = opAddrPort6
			b.op(s, 16+b.least(2))
		default:
			s.code = opAddrPort
			b.op(s, b.tagMin()+4+b.least(2))
		}
	default:
		h, err := b.hookOf(t)
		if err != nil {
			return true, err
		}
		if h != nil {
			s.code, s.hook = opHook, h
			b.op(s, 0)
			return true, nil
		}
		return b.special(t, s)
	}
	return true, nil
}

// special adds t if it is an enum by its method, or one of this package's generic types.
func (b *builder) special(t reflect.Type, s step) (bool, error) {
	if n, ok := enumRange(t); ok {
		return true, b.enum(t, n, s)
	}
	switch {
	case isOpt(t):
		elem, err := b.program(t.Field(0).Type, tag{})
		if err != nil {
			return true, err
		}
		s.code, s.elem, s.n = opOption, elem, int(t.Field(1).Offset)
		b.op(s, 1)
		return true, nil
	case isResult(t):
		s.code = opResult
		return true, b.result(t, s)
	case isNonZero(t):
		return true, b.nonzero(t.Field(0).Type, s)
	}
	return false, nil
}

// integer adds an integer: a move, unless its width varies or differs from the wire's.
func (b *builder) integer(t reflect.Type, g tag, code opcode, s step) {
	n := int(t.Size())
	native := n == 8 || t.Kind() != reflect.Int && t.Kind() != reflect.Uint
	if g.Char && t.Kind() == reflect.Int32 {
		s.code = opChar
		b.op(s, 1)
		return
	}
	if !b.cfg.varint && native {
		b.move(s.off, n, n, s.name)
		return
	}
	s.code, s.n = code, n
	if !native {
		n, s.width = 8, 8
	}
	b.op(s, b.least(n))
}

// wide adds a 128-bit integer: two words in memory, low word first.
func (b *builder) wide(t reflect.Type, s step) {
	if !b.cfg.varint && !b.cfg.swap && !b.cfg.big {
		b.move(s.off, 16, 8, s.name)
		return
	}
	s.code = opWide
	if t == reflect.TypeFor[Int128]() {
		s.n = 1
	}
	b.op(s, b.least(16))
}

func (b *builder) slice(t reflect.Type, s step) error {
	elem, err := b.program(t.Elem(), tag{})
	if err != nil {
		return err
	}
	s.elem = elem
	switch {
	case b.cfg.parts && isPart(t):
		s.code = opPart
		b.op(s, 0)
		return nil
	case elem.plain > 0 && elem.size == 1:
		s.code = opBytes
	case elem.plain > 0:
		s.code = opPlain
	default:
		s.code = opSlice
	}
	b.op(s, b.lengthMin())
	return nil
}

func (b *builder) array(t reflect.Type, s step) error {
	elem, err := b.program(t.Elem(), tag{})
	if err != nil {
		return err
	}
	switch {
	case t.Elem().Kind() == reflect.Bool && elem.flat:
		b.bool(s.off, t.Len(), s.name)
	case elem.plain > 0:
		b.move(s.off, t.Len()*int(elem.size), elem.plain, s.name)
	default:
		s.code, s.elem, s.n = opArray, elem, t.Len()
		b.op(s, 0)
	}
	return nil
}

func (b *builder) pointer(t reflect.Type, g tag, s step) error {
	s.code = opPointer
	if g.Box {
		s.code = opBox
	}
	elem, err := b.program(t.Elem(), tag{})
	if err != nil {
		return err
	}
	s.elem = elem
	if g.Box {
		b.op(s, 0)
	} else {
		b.op(s, 1)
	}
	return nil
}

// nonzero adds the integer t, which must not be zero.
func (b *builder) nonzero(t reflect.Type, s step) error {
	elem, err := b.program(t, tag{})
	if err != nil {
		return err
	}
	if k := t.Kind(); k < reflect.Int || k > reflect.Uint64 {
		if t != reflect.TypeFor[Uint128]() && t != reflect.TypeFor[Int128]() {
			return errors.New("only integers can be nonzero")
		}
	}
	s.code, s.elem = opNonZero, elem
	b.op(s, 0)
	return nil
}

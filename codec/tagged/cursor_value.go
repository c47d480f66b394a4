package tagged

import (
	"encoding"
	"math/big"
	"reflect"
)

// value reads one value into v, which is settable and zero.
func (c *cursor) value(p *plan, v reflect.Value) error {
	switch p.kind {
	case kindUnsupported:
		return c.refuse(ErrUnsupported, "%v: %s", p.typ, p.reason)
	case kindAny:
		x, err := c.any()
		if err == nil && x != nil {
			v.Set(reflect.ValueOf(x))
		}
		return err
	}
	at := c.pos
	k, err := c.code()
	if err != nil {
		return err
	}
	if p.nilable() && (k == CodeNull || k == CodeUndefined) {
		return nil // v is zero already
	}
	err = c.typed(p, k, v)
	if err == errMismatch {
		c.pos = at
		return c.refuse(ErrType, "%v, want what fits %v", k, p.typ)
	}
	return err
}

// nilable reports whether null is a value of the type.
func (p *plan) nilable() bool {
	switch p.kind {
	case kindBytes, kindSlice, kindSet, kindObject, kindMap, kindPointer, kindLooseSet, kindLooseMap:
		return true
	}
	return false
}

// errMismatch means that a code does not fit the type; [cursor.value] turns it into an ErrType.
const errMismatch = mismatch("codec/tagged: code does not fit the type")

type mismatch string

func (m mismatch) Error() string { return string(m) }

// typed reads what follows the code k into v. It returns errMismatch if v cannot take such a value.
func (c *cursor) typed(p *plan, k Code, v reflect.Value) error {
	switch p.kind {
	case kindPointer:
		c.pos-- // the code belongs to what the pointer points to
		if err := c.charge(1, int(p.elem.typ.Size())); err != nil {
			return err
		}
		v.Set(reflect.New(p.elem.typ))
		return c.value(p.elem, v.Elem())
	case kindBool:
		if k != CodeTrue && k != CodeFalse {
			return errMismatch
		}
		v.SetBool(k == CodeTrue)
	case kindInt, kindUint:
		return c.whole(p, k, v)
	case kindFloat32, kindFloat64:
		return c.float(p, k, v)
	case kindString, kindText:
		return c.textual(p, k, v)
	case kindBytes, kindByteArray:
		return c.blobInto(p, k, v)
	default:
		return c.special(p, k, v)
	}
	return nil
}

func (c *cursor) special(p *plan, k Code, v reflect.Value) error {
	switch {
	case p.kind == kindComplex && k == CodeComplex:
		n, err := c.complex()
		if v.OverflowComplex(n) {
			return c.refuse(ErrRange, "%v, want what fits %v", n, p.typ)
		}
		v.SetComplex(n)
		return err
	case p.kind == kindTime && k == CodeDate:
		t, err := c.date()
		v.Set(reflect.ValueOf(t))
		return err
	case p.kind == kindTime && k == CodeTime:
		t, err := c.time()
		v.Set(reflect.ValueOf(t))
		return err
	case p.kind == kindDuration && k == CodeDuration:
		d, err := c.duration()
		v.SetInt(int64(d))
		return err
	case p.kind == kindBig:
		return c.bigInto(k, v.Addr().Interface().(*big.Int))
	case p.kind == kindUndefined && k == CodeUndefined:
		return nil
	}
	return c.container(p, k, v)
}

func (c *cursor) textual(p *plan, k Code, v reflect.Value) error {
	if k != CodeString {
		return errMismatch
	}
	b, err := c.text()
	if err != nil {
		return err
	}
	if p.kind == kindText {
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(b); err != nil {
			return c.refuse(ErrType, "%v: %w", p.typ, err)
		}
		return nil
	}
	s, err := c.str(b)
	v.SetString(s)
	return err
}

func (c *cursor) blobInto(p *plan, k Code, v reflect.Value) error {
	if k != CodeBytes {
		return errMismatch
	}
	b, err := c.blob()
	if err != nil {
		return err
	}
	if p.kind == kindByteArray {
		if len(b) != v.Len() {
			return c.refuse(ErrSize, "%d bytes, want %d for %v", len(b), v.Len(), p.typ)
		}
		copy(v.Bytes(), b)
		return nil
	}
	b, err = c.bytes(b)
	v.SetBytes(b)
	return err
}

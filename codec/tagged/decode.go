package tagged

import (
	"encoding"
	"math"
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

// nilable tells whether null is a value of the type.
func (p *plan) nilable() bool {
	switch p.kind {
	case kindBytes, kindSlice, kindSet, kindObject, kindMap, kindPointer, kindLooseSet, kindLooseMap:
		return true
	}
	return false
}

// errMismatch says that a code does not fit the type; [cursor.value] turns it into an ErrType.
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

// whole reads an integer into a signed or unsigned field that it fits.
func (c *cursor) whole(p *plan, k Code, v reflect.Value) error {
	var n int64
	if _, ok := integerWidth(k); ok {
		var err error
		if n, err = c.integerOf(k); err != nil {
			return err
		}
	} else if k != CodeUint64 {
		return errMismatch
	} else {
		u, err := c.fixed(8)
		if err != nil {
			return err
		}
		if u > math.MaxInt64 {
			if p.kind == kindInt || v.OverflowUint(u) {
				return c.refuse(ErrRange, "%d, want what fits %v", u, p.typ)
			}
			v.SetUint(u)
			return nil
		}
		n = int64(u)
	}
	if p.kind == kindInt && !v.OverflowInt(n) {
		v.SetInt(n)
		return nil
	}
	if p.kind == kindUint && n >= 0 && !v.OverflowUint(uint64(n)) {
		v.SetUint(uint64(n))
		return nil
	}
	return c.refuse(ErrRange, "%d, want what fits %v", n, p.typ)
}

// float reads any number into a float field. Integers must fit without loss; a float64 is rounded to a
// float32 but must not overflow it.
func (c *cursor) float(p *plan, k Code, v reflect.Value) error {
	if k == CodeFloat32 {
		bits, err := c.fixed(4)
		v.Set(reflect.ValueOf(math.Float32frombits(uint32(bits))).Convert(p.typ)) // quiets no NaN
		return err
	}
	f, ok, err := c.floatOf(k)
	if err == nil && !ok {
		var n int64
		if _, ok = integerWidth(k); !ok {
			return errMismatch
		}
		if n, err = c.integerOf(k); err == nil {
			if f, ok = exactFloat(n); !ok || p.kind == kindFloat32 && float64(float32(f)) != f {
				return c.refuse(ErrRange, "%d is not exact as %v", n, p.typ)
			}
		}
	}
	if err != nil {
		return err
	}
	if v.OverflowFloat(f) {
		return c.refuse(ErrRange, "%g, want what fits %v", f, p.typ)
	}
	v.SetFloat(f)
	return nil
}

// floatOf reads the rest of a float64 with the code k, and tells whether k is one.
func (c *cursor) floatOf(k Code) (f float64, ok bool, err error) {
	switch k {
	case CodeFloat64:
		bits, err := c.fixed(8)
		return math.Float64frombits(bits), true, err
	case CodeNaN:
		return math.NaN(), true, nil
	case CodePosInf:
		return math.Inf(1), true, nil
	case CodeNegInf:
		return math.Inf(-1), true, nil
	case CodeNegZero:
		return math.Copysign(0, -1), true, nil
	}
	return 0, false, nil
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

// bigInto reads any integer into n.
func (c *cursor) bigInto(k Code, n *big.Int) error {
	if _, ok := integerWidth(k); ok {
		i, err := c.integerOf(k)
		n.SetInt64(i)
		return err
	}
	switch k {
	case CodeUint64:
		u, err := c.fixed(8)
		n.SetUint64(u)
		return err
	case CodeBig:
		b, err := c.blob()
		if err == nil {
			err = c.charge(2, len(b))
		}
		if err == nil {
			setBig(n, b)
		}
		return err
	}
	return errMismatch
}

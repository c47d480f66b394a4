package tagged

import (
	"math"
	"math/big"
	"reflect"
)

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

// floatOf reads the rest of a float64 with the code k, and reports whether k is one.
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

package bincode

import (
	"math/big"
	"math/bits"
)

// Uint128 is Rust's u128.
type Uint128 struct{ Lo, Hi uint64 }

// Int128 is Rust's i128, two's complement.
type Int128 struct {
	Lo uint64
	Hi int64
}

// Big returns the value as a big integer.
func (v Uint128) Big() *big.Int {
	b := new(big.Int).SetUint64(v.Hi)
	return b.Or(b.Lsh(b, 64), new(big.Int).SetUint64(v.Lo))
}

// String returns the value in decimal.
func (v Uint128) String() string { return v.Big().String() }

// Big returns the value as a big integer.
func (v Int128) Big() *big.Int {
	b := new(big.Int).SetInt64(v.Hi)
	return b.Add(b.Lsh(b, 64), new(big.Int).SetUint64(v.Lo))
}

// String returns the value in decimal.
func (v Int128) String() string { return v.Big().String() }

// Uint128FromBig converts b and reports whether it fits: 0 ≤ b < 2¹²⁸.
func Uint128FromBig(b *big.Int) (Uint128, bool) {
	if b.Sign() < 0 || b.BitLen() > 128 {
		return Uint128{}, false
	}
	return lowBits(b), true
}

// Int128FromBig converts b and reports whether it fits: -2¹²⁷ ≤ b < 2¹²⁷.
func Int128FromBig(b *big.Int) (Int128, bool) {
	v := lowBits(b)
	i := Int128{v.Lo, int64(v.Hi)}
	return i, b.BitLen() <= 127 || i.Big().Cmp(b) == 0
}

// lowBits is b modulo 2¹²⁸, two's complement.
func lowBits(b *big.Int) Uint128 {
	var v Uint128
	for i, w := range b.Bits() {
		switch shift := i * bits.UintSize; {
		case shift < 64:
			v.Lo |= uint64(w) << shift
		case shift < 128:
			v.Hi |= uint64(w) << (shift - 64)
		}
	}
	if b.Sign() < 0 {
		var carry uint64
		v.Lo, carry = bits.Add64(^v.Lo, 1, 0)
		v.Hi, _ = bits.Add64(^v.Hi, 0, carry)
	}
	return v
}

// zigzag folds the sign of a two's complement number into the lowest bit; unzigzag is its inverse.
func (v Uint128) zigzag() Uint128 {
	sign := uint64(int64(v.Hi) >> 63)
	return Uint128{v.Lo<<1 ^ sign, (v.Hi<<1 | v.Lo>>63) ^ sign}
}

func (v Uint128) unzigzag() Uint128 {
	sign := -(v.Lo & 1)
	return Uint128{(v.Lo>>1 | v.Hi<<63) ^ sign, v.Hi>>1 ^ sign}
}

// wideAt reads the 128 bits at p.
func wideAt(p ptr, signed bool) Uint128 {
	if signed {
		v := at[Int128](p)
		return Uint128{v.Lo, uint64(v.Hi)}
	}
	return *at[Uint128](p)
}

// wideSize is what v adds to the least size of a 128-bit integer.
func (e *encoder) wideSize(v Uint128, signed bool) int {
	if !e.varint {
		return 0
	}
	if signed {
		v = v.zigzag()
	}
	if v.Hi != 0 {
		return 16
	}
	return varintSize(v.Lo) - 1
}

func (e *encoder) putWide(v Uint128, signed bool, buf []byte, i int) int {
	if e.varint {
		if signed {
			v = v.zigzag()
		}
		if v.Hi == 0 {
			return e.putVarint(buf, i, v.Lo)
		}
		buf[i] = marker128
		i++
	}
	low, high := buf[i:i+8], buf[i+8:i+16]
	if e.big {
		low, high = high, low
	}
	e.put64(low, v.Lo)
	e.put64(high, v.Hi)
	return i + 16
}

// sizeBig is wideSize for a big integer; nil counts as 0.
func (e *encoder) sizeBig(b *big.Int, signed bool) int {
	v, ok := wideOf(b, signed)
	if !ok {
		e.fail(ErrIntRange, "got an integer of %d bits, allowed 128 (i128, or u128 where the field's tag says so)", b.BitLen())
	}
	return e.wideSize(v, signed)
}

func (e *encoder) putBig(b *big.Int, signed bool, buf []byte, i int) int {
	v, _ := wideOf(b, signed)
	return e.putWide(v, signed, buf, i)
}

func wideOf(b *big.Int, signed bool) (Uint128, bool) {
	if b == nil {
		return Uint128{}, true
	}
	if signed {
		v, ok := Int128FromBig(b)
		return Uint128{v.Lo, uint64(v.Hi)}, ok
	}
	return Uint128FromBig(b)
}

// getBig stores to b; new digits, for those of a copied big.Int are shared.
func (d *decoder) getBig(b *big.Int, signed bool, i int) int {
	v, i := d.readWide(i, signed)
	if i < 0 {
		return i
	}
	if signed {
		*b = *Int128{v.Lo, int64(v.Hi)}.Big()
	} else {
		*b = *v.Big()
	}
	return i
}

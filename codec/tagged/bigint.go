package tagged

import "math/big"

// bigBytes returns n in two's complement, big endian, in as few bytes as possible; none for 0.
func bigBytes(n *big.Int) []byte {
	switch n.Sign() {
	case 0:
		return nil
	case 1:
		return positive(n)
	}
	b := positive(new(big.Int).Not(n)) // -n-1 ≥ 0: its complement is n
	invert(b)
	return b
}

// positive returns n ≥ 0 with a leading zero bit.
func positive(n *big.Int) []byte {
	b := make([]byte, n.BitLen()/8+1)
	return n.FillBytes(b)
}

// setBig sets n to the number in b, which is left as it was.
func setBig(n *big.Int, b []byte) {
	if len(b) == 0 || b[0] < 0x80 {
		n.SetBytes(b)
		return
	}
	flipped := append([]byte(nil), b...)
	invert(flipped)
	n.SetBytes(flipped)
	n.Not(n)
}

func invert(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

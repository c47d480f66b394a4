package bincode

import (
	"math/big"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// ProgramOf returns the program for what v points to, which may be nil.
func ProgramOf[T any](*T) Program[T] { return Program[T]{} }

// FitsBig, PutBig and GetBig are for big integers in generated code: as i128, or as u128. A nil integer
// counts as 0.

// FitsBig reports whether b has a wire form.
func FitsBig(b *big.Int, signed bool) bool {
	_, ok := wideOf(b, signed)
	return ok
}

// PutBig writes b to buf[:16].
func PutBig(buf []byte, b *big.Int, signed bool) {
	v, _ := wideOf(b, signed)
	wire.PutWide(buf, v.Lo, v.Hi)
}

// GetBig makes a big integer of buf[:16].
func GetBig(buf []byte, signed bool) *big.Int {
	lo, hi := wire.GetWide(buf)
	if signed {
		return Int128{lo, int64(hi)}.Big()
	}
	return Uint128{lo, hi}.Big()
}

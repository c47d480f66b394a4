package sample

import (
	"math/rand/v2"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/bincode/wire"
)

// getsOf gives the function that stores a T, which trusts nothing that check has seen.
func getsOf[T any](c contest, get func([]byte, int, *wire.Keeper, *T) int) (contest, func([]byte, int, *wire.Keeper) int) {
	return c, func(b []byte, i int, k *wire.Keeper) int { return get(b, i, k, new(T)) }
}

func deep[T any](get func([]byte, int, *wire.Keeper, *T, int) int) func([]byte, int, *wire.Keeper, *T) int {
	return func(b []byte, i int, k *wire.Keeper, v *T) int { return get(b, i, k, v, bincode.DefaultMaxDepth) }
}

// TestASourceThatChangesAfterTheCheckIsNeverReadOutside has values stored from bytes that a peer has changed since they
// were judged. A wrong value or a failure is right; a panic, or a position behind the end, is not.
func TestASourceThatChangesAfterTheCheckIsNeverReadOutside(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	try := func(c contest, get func([]byte, int, *wire.Keeper) int) {
		for seed := range uint64(20) {
			good, err := c.append([]byte("front"), c.fill(newFiller(seed, false)))
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			for range 200 {
				src := append(make([]byte, 0, len(good)), good...)
				for range 1 + random.IntN(3) {
					src[random.IntN(len(src))] = byte(random.Uint32()) >> random.IntN(8)
				}
				src = src[:len(src)-random.IntN(min(len(src)-4, 4))]
				k := wire.Keeper{Borrow: random.IntN(2) == 0, Short: random.IntN(100)}
				if next := get(src, 5, &k); next > len(src) {
					t.Fatalf("%s: position %d of %d", c.name, next, len(src))
				}
			}
		}
	}
	try(getsOf(contestOf[Meta](), getBincodeMeta))
	try(getsOf(contestOf[Message](), getBincodeMessage))
	try(getsOf(contestOf[Batch](), getBincodeBatch))
	try(getsOf(contestOf[Floats](), getBincodeFloats))
	try(getsOf(contestOf[Texts](), getBincodeTexts))
	try(getsOf(contestOf[Numbers](), getBincodeNumbers))
	try(getsOf(contestOf[Arrays](), getBincodeArrays))
	try(getsOf(contestOf[Options](), getBincodeOptions))
	try(getsOf(contestOf[Unions](), getBincodeUnions))
	try(getsOf(contestOf[Maps](), deep(getBincodeMaps)))
	try(getsOf(contestOf[Sets](), getBincodeSets))
	try(getsOf(contestOf[Known](), getBincodeKnown))
	try(getsOf(contestOf[Enums](), getBincodeEnums))
	try(getsOf(contestOf[Tree](), deep(getBincodeTree)))
	try(getsOf(contestOf[List](), deep(getBincodeList)))
}

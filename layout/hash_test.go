package layout_test

import (
	"encoding/binary"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/shmring/ipc/layout"
)

// The hashes were computed from the descriptions by another implementation of xxhash64.
func TestDescriptionsAndHashesAreGolden(t *testing.T) {
	bigEndian := binary.NativeEndian.Uint16([]byte{0, 1}) == 1
	for _, c := range []struct {
		describe func() string
		hash     func() uint64
		text     string
		sum      uint64
	}{
		{layout.Describe[side], layout.Hash[side], "layout1 uint8", 0x4721fe79c5565eaa},
		{layout.Describe[layout.U32LE], layout.Hash[layout.U32LE], "layout1 U32LE", 0xe7b83a97eee75001},
		{layout.Describe[wire], layout.Hash[wire], "layout1 {Tag uint8@0;Count U32BE@1;Mean F64LE@5;}13", 0xfc6d4d0eb0fa2612},
		{layout.Describe[tick], layout.Hash[tick],
			"layout1 {Instrument uint32<@0;Venue uint16<@4;_ [2]uint8@6;Price float64<@8;}16", 0x10db7f3af4a54b29},
		{layout.Describe[shared], layout.Hash[shared],
			"layout1 {Head uint64<@0;Wait uint32<@8;Seq int32<@12;}16", 0xb7e9d69b7b93a701},
		{layout.Describe[book], layout.Hash[book],
			"layout1 {tick {Instrument uint32<@0;Venue uint16<@4;_ [2]uint8@6;Price float64<@8;}16@0;" +
				"Bids [4]{Price int64<@0;Size uint32<@8;Side uint8@12;_ [3]uint8@13;}16@16;" +
				"Grid [2][3]complex64<@80;}128", 0x609170c5e7cc28d7},
	} {
		foreign := bigEndian && strings.Contains(c.text, "<") // the hash is that of little-endian machines
		if bigEndian {
			c.text = strings.ReplaceAll(c.text, "<", ">")
		}
		if got := c.describe(); got != c.text {
			t.Errorf("got  %s\nwant %s", got, c.text)
		}
		if got := c.hash(); got == c.sum == foreign {
			t.Errorf("%s: hash %#016x, little endian %#016x", c.text, got, c.sum)
		}
	}
}

func TestAnyChangeOfAFieldChangesTheHash(t *testing.T) {
	type base struct {
		ID    uint32
		Count uint32
		Tags  [4]uint8
		In    struct{ X, Y int16 }
	}
	seen := map[uint64]string{layout.Hash[base](): "the original"}
	for change, sum := range map[string]uint64{
		"a field renamed": layout.Hash[struct {
			Key   uint32
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"two fields swapped": layout.Hash[struct {
			Count uint32
			ID    uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"a field added": layout.Hash[struct {
			ID    uint32
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
			More  uint32
		}](),
		"a field removed": layout.Hash[struct {
			ID    uint32
			Count uint32
			Tags  [4]uint8
		}](),
		"a sign": layout.Hash[struct {
			ID    int32
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"a float for an integer": layout.Hash[struct {
			ID    float32
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"little endian fixed": layout.Hash[struct {
			ID    layout.U32LE
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"big endian fixed": layout.Hash[struct {
			ID    layout.U32BE
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"bare bytes": layout.Hash[struct {
			ID    [4]uint8
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Y int16 }
		}](),
		"two fields as an array": layout.Hash[struct {
			ID   [2]uint32
			Tags [4]uint8
			In   struct{ X, Y int16 }
		}](),
		"an array grown": layout.Hash[struct {
			ID    uint32
			Count uint32
			Tags  [8]uint8
			In    struct{ X, Y int16 }
		}](),
		"an array folded": layout.Hash[struct {
			ID    uint32
			Count uint32
			Tags  [2][2]uint8
			In    struct{ X, Y int16 }
		}](),
		"an inner field renamed": layout.Hash[struct {
			ID    uint32
			Count uint32
			Tags  [4]uint8
			In    struct{ X, Z int16 }
		}](),
		"an inner struct dissolved": layout.Hash[struct {
			ID    uint32
			Count uint32
			Tags  [4]uint8
			X, Y  int16
		}](),
		"a field blanked": layout.Hash[struct {
			ID   uint32
			_    uint32
			Tags [4]uint8
			In   struct{ X, Y int16 }
		}](),
	} {
		if other, ok := seen[sum]; ok {
			t.Errorf("%s hashes like %s", change, other)
		}
		seen[sum] = change
	}
}

func TestTheHashIgnoresWhatDoesNotChangeTheBytes(t *testing.T) {
	type price int64
	type before struct{ Bid, Ask int64 }
	type after struct {
		_        struct{}
		Bid, Ask price
	}
	if layout.Hash[before]() != layout.Hash[after]() {
		t.Errorf("%s and %s differ", layout.Describe[before](), layout.Describe[after]())
	}
	if layout.Hash[atomic.Int64]() != layout.Hash[int64]() {
		t.Errorf("%s and %s differ", layout.Describe[atomic.Int64](), layout.Describe[int64]())
	}
}

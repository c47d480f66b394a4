package layout_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/shmring/ipc/layout"
)

// A field is what the byte-order types have in common.
type field[N any] interface {
	Get() N
	Set(N)
}

func TestByteOrderTypesHaveGoldenBytes(t *testing.T) {
	golden[uint16](t, new(layout.U16LE), 0x1122, "22 11")
	golden[uint32](t, new(layout.U32LE), 0x11223344, "44 33 22 11")
	golden[uint64](t, new(layout.U64LE), 0x1122334455667788, "88 77 66 55 44 33 22 11")
	golden[int16](t, new(layout.I16LE), -2, "fe ff")
	golden[int32](t, new(layout.I32LE), -2, "fe ff ff ff")
	golden[int64](t, new(layout.I64LE), -2, "fe ff ff ff ff ff ff ff")
	golden[float32](t, new(layout.F32LE), -1.5, "00 00 c0 bf")
	golden[float64](t, new(layout.F64LE), -1.5, "00 00 00 00 00 00 f8 bf")
	golden[uint16](t, new(layout.U16BE), 0x1122, "11 22")
	golden[uint32](t, new(layout.U32BE), 0x11223344, "11 22 33 44")
	golden[uint64](t, new(layout.U64BE), 0x1122334455667788, "11 22 33 44 55 66 77 88")
	golden[int16](t, new(layout.I16BE), -2, "ff fe")
	golden[int32](t, new(layout.I32BE), -2, "ff ff ff fe")
	golden[int64](t, new(layout.I64BE), -2, "ff ff ff ff ff ff ff fe")
	golden[float32](t, new(layout.F32BE), -1.5, "bf c0 00 00")
	golden[float64](t, new(layout.F64BE), -1.5, "bf f8 00 00 00 00 00 00")
}

// golden stores x in f and holds the bytes of f, and what they read as, against want and x.
func golden[N comparable, T any, P interface {
	*T
	field[N]
}](t *testing.T, f P, x N, want string) {
	t.Helper()
	typ := reflect.TypeFor[T]()
	if typ.Align() != 1 {
		t.Errorf("%v has alignment %d, want 1", typ, typ.Align())
	}
	f.Set(x)
	if got := fmt.Sprintf("% x", layout.Bytes((*T)(f))); got != want {
		t.Errorf("%v: %v is stored as %s, want %s", typ, x, got, want)
	}
	if got := f.Get(); got != x {
		t.Errorf("%v: %v reads back as %v", typ, x, got)
	}
	var zero N
	f.Set(zero)
	if got := f.Get(); got != zero {
		t.Errorf("%v: a second Set left %v, want %v", typ, got, zero)
	}
}

func TestByteOrderFloatsKeepTheirBits(t *testing.T) {
	for _, bits := range []uint64{0, 1 << 63, 1, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000123, 0x3ff0000000000001} {
		var le layout.F64LE
		var be layout.F64BE
		le.Set(math.Float64frombits(bits))
		be.Set(le.Get())
		if got := math.Float64bits(be.Get()); got != bits {
			t.Errorf("bits %#x became %#x", bits, got)
		}
	}
}

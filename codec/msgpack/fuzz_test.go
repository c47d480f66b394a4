package msgpack_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/msgpack"
)

// wide has the kinds of field that the library decodes each in its own way.
type wide struct {
	When  time.Time
	Whens []time.Time
	Map   map[string]line
	Ints  map[int]string
	Words map[string]string
	Loose map[string]any
	Names []string
	Bytes [8]byte
	Next  *wide
	Any   []any
	Fixed [2]line
	Long  []wide
	Plain []int64
	For   time.Duration
}

func FuzzDecodeNeverPanicsAndRoundTrips(f *testing.F) {
	f.Add([]byte{0x82, 0xa2, 'i', 'd', 0x01, 0xa5, 'l', 'i', 'n', 'e', 's', 0x91, 0x81, 0xa3, 's', 'k', 'u', 0x07})
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0xc7, 0x00, 0xff})
	f.Add([]byte{0xd6, 0xff, 0, 0, 0, 1})
	f.Add([]byte{0x81, 0x91, 0x01, 0x02})
	whole := wide{When: time.Unix(1, 2), Whens: make([]time.Time, 2), Map: map[string]line{"k": {}}, Ints: map[int]string{1: "x"},
		Words: map[string]string{"a": "b"}, Loose: map[string]any{"l": []any{1.5, "s"}}, Names: []string{"n"}, Next: &wide{}, Any: []any{nil}}
	seed, err := msgpack.Of[wide]().Append(nil, &whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	c, dynamic, odd, many := msgpack.Of[order](), msgpack.Of[any](), msgpack.Of[map[any]time.Time](), msgpack.Of[wide]()
	tight := msgpack.Of[wide](msgpack.MaxMemory(1000)) // counts the memory of all but the shortest sources
	f.Fuzz(func(t *testing.T, src []byte) {
		var loose any
		if dynamic.Decode(src, &loose) == nil {
			if _, err := dynamic.Append(nil, &loose); err != nil {
				t.Fatalf("decoded but does not encode: %v", err)
			}
		}
		var keys map[any]time.Time
		_ = odd.Decode(src, &keys)
		var broad wide
		err := many.Decode(src, &broad)
		var narrow wide
		if terr := tight.Decode(src, &narrow); !errors.Is(terr, msgpack.ErrTooLarge) && (terr == nil) != (err == nil) {
			t.Fatalf("without a bound %v, with one %v", err, terr)
		}
		var v, again order
		if c.Decode(src, &v) != nil {
			return
		}
		b, err := c.Append(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Size(&v); err != nil || n != len(b) {
			t.Fatalf("size %d, %v; encoded %d", n, err, len(b))
		}
		if err := c.Decode(b, &again); err != nil {
			t.Fatal(err)
		}
		if b2, _ := c.Append(nil, &again); !bytes.Equal(b, b2) {
			t.Fatalf("%x became %x", b, b2)
		}
	})
}

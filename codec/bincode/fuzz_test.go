package bincode_test

import (
	"bytes"
	"errors"
	"reflect"
	"runtime/metrics"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

// fuzzFormats are all configurations, each also with its checks turned on.
func fuzzFormats() (formats []*bincode.Format) {
	for _, name := range []string{"fixint-le", "varint-le", "fixint-be", "varint-be"} {
		variants := bincode.Variants[shape](circle{}, &square{})
		formats = append(formats, bincode.New(append(configs[name], variants)...),
			bincode.New(append(configs[name], variants, bincode.Limit(200), bincode.RejectTrailing(), bincode.MaxDepth(5))...))
	}
	return formats
}

func fuzzSeeds(f *testing.F) {
	v := newEverything()
	v.Self = nil
	l := newLetter()
	b := newBook()
	for _, format := range fuzzFormats() {
		for _, v := range []any{&v, &l, &b, []shape{circle{1}}, newBenchBatch()[:3]} {
			if src, err := format.Marshal(v); err == nil {
				f.Add(src)
			}
		}
	}
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255})
}

// FuzzDecode decodes any bytes into several types: an error leaves the target, a value encodes again to bytes
// that decode to the same, and memory stays in proportion to the input.
func FuzzDecode(f *testing.F) {
	fuzzSeeds(f)
	formats := fuzzFormats()
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, format := range formats {
			decodeAny[everything](t, format, src)
			decodeAny[letter](t, format, src)
			decodeAny[book](t, format, src)
			decodeAny[[]shape](t, format, src)
			decodeAny[[]benchSmall](t, format, src)
			decodeAny[map[string][]bincode.Opt[bool]](t, format, src)
			decodeAny[[]map[bincode.Char]bincode.Result[uint16, struct{}]](t, format, src)
		}
	})
}

func decodeAny[T any](t *testing.T, f *bincode.Format, src []byte) {
	var v, zero, borrowed, again T
	given := bytes.Clone(src)
	before := heapAllocs()
	err := f.Unmarshal(src, &v)
	if cost := heapAllocs() - before; cost > 1<<21+uint64(len(src))*4096 {
		t.Fatalf("%T: %d bytes of input cost %d", v, len(src), cost)
	}
	borrowErr := f.UnmarshalBorrow(src, &borrowed)
	if (err == nil) != (borrowErr == nil) {
		t.Fatalf("%T: copying %v, borrowing %v", v, err, borrowErr)
	}
	if err != nil {
		var e *bincode.Error
		if !errors.As(err, &e) || err.Error() != borrowErr.Error() {
			t.Fatalf("%T: %v and %v", v, err, borrowErr)
		}
		if !same(reflect.ValueOf(v), reflect.ValueOf(zero)) {
			t.Fatalf("%T: %v left %+v", v, err, v)
		}
		return
	}
	b, err := f.Marshal(&v)
	if errors.Is(err, bincode.ErrLimit) {
		return // the copy may be longer: the input may have used a limit up
	}
	if err != nil {
		t.Fatalf("%T: %+v does not encode: %v", v, v, err)
	}
	if n, err := f.Size(&v); n != len(b) || err != nil {
		t.Fatalf("%T: size %d, %v, want %d", v, n, err, len(b))
	}
	if c, err := f.Marshal(&borrowed); err != nil || !bytes.Equal(b, c) {
		t.Fatalf("%T: copied %x, borrowed %x, %v", v, b, c, err)
	}
	if err := f.Unmarshal(b, &again); err != nil && !errors.Is(err, bincode.ErrLimit) {
		t.Fatalf("%T: %x does not decode: %v", v, b, err)
	} else if c, _ := f.Marshal(&again); err == nil && !bytes.Equal(b, c) {
		t.Fatalf("%T: %x became %x", v, b, c)
	}
	if !bytes.Equal(src, given) {
		t.Fatalf("%T: the source became %x", v, src)
	}
}

// heapAllocs is how many bytes have been allocated, without stopping anybody.
func heapAllocs() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// FuzzRoundTrip encodes values made of the input: what comes back is the same, and Size is the length.
func FuzzRoundTrip(f *testing.F) {
	f.Add("text", []byte("data"), uint64(1<<40), int32(-5), 1.5, true)
	f.Add("a text that is longer than thirty-two bytes, éè", []byte{}, uint64(250), int32(0), 0.0, false)
	type value struct {
		Text  string
		Data  []byte
		U     uint64
		Flag  bool
		I     int32
		F     float64
		List  []item
		ByInt map[int32]string
		P     *uint64
	}
	formats := fuzzFormats()
	f.Fuzz(func(t *testing.T, text string, data []byte, u uint64, i int32, x float64, flag bool) {
		v := value{text, data, u, flag, i, x, []item{{x, flag, text}, {}}, map[int32]string{i: text, i + 1: ""}, &u}
		for _, format := range formats {
			size, sizeErr := format.Size(&v)
			b, err := format.Marshal(&v)
			if err != nil {
				var e *bincode.Error
				if !errors.As(err, &e) || e.Class != bincode.ErrUTF8 && e.Class != bincode.ErrLimit {
					t.Fatal(err)
				}
				continue
			}
			var got value
			if err := format.Unmarshal(b, &got); errors.Is(err, bincode.ErrLimit) {
				continue // decoding also counts what containers take in memory
			} else if err != nil || !same(reflect.ValueOf(got), reflect.ValueOf(v)) || size != len(b) || sizeErr != nil {
				t.Fatalf("%+v became %+v, %v; size %d of %d, %v", v, got, err, size, len(b), sizeErr)
			}
		}
	})
}

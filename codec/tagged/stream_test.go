package tagged_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"testing"
	"testing/iotest"

	"github.com/shmring/ipc/codec/tagged"
)

func ExampleOf() {
	type status struct {
		Ring string `tagged:"ring"`
		Full bool   `tagged:"full"`
	}
	b, _ := tagged.Of[status]().Append(nil, &status{Ring: "feed"})
	var anything any // the reader needs no schema
	err := tagged.Of[any]().Decode(b, &anything)
	fmt.Printf("%q\n%v %v\n", b, anything, err)
	// Output:
	// "\x0e\x10\x02\x10\x04ring\x02\x10\x04feed\x10\x04full\x04"
	// map[full:false ring:feed] <nil>
}

func ExampleDecoder() {
	stream, _ := tagged.New().AppendMessage(tagged.AppendHeader(nil), "hello")
	d := tagged.NewDecoder()
	for len(stream) > 0 { // as it might arrive: three bytes at a time
		n, whole, err := d.Feed(stream[:min(3, len(stream))])
		if stream = stream[n:]; whole {
			var s string
			err = d.Decode(&s)
			fmt.Println(s, err)
		}
	}
	// Output: hello <nil>
}

func ExampleWriter() {
	var pipe bytes.Buffer
	w := tagged.NewWriter(&pipe)
	_ = w.Write("one")
	_ = w.Write([]int{2})
	fmt.Printf("% x\n", pipe.Bytes())
	r := tagged.NewReader(&pipe)
	for {
		var v any
		if err := r.Read(&v); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(v)
	}
	// Output:
	// 00 2a 01 10 06 02 10 03 6f 6e 65 01 10 04 0b 2a 10 02
	// one
	// [2]
	// EOF
}

// goldenStream holds every golden value, in turn with and without a message header.
func goldenStream(t *testing.T) (stream []byte, values [][]byte) {
	f := tagged.New()
	stream = tagged.AppendHeader(nil)
	for i, tc := range golden() {
		value := h(t, tc.hex)
		values = append(values, value)
		if i%2 == 0 {
			stream = append(stream, value...)
			continue
		}
		var err error
		if stream, err = f.AppendMessage(stream, tc.v); err != nil {
			t.Fatal(err)
		}
	}
	return stream, values
}

func TestADecoderFindsEveryValueWhateverThePieces(t *testing.T) {
	stream, values := goldenStream(t)
	for size := 1; size < len(stream); size++ {
		d := tagged.NewDecoder()
		var got [][]byte
		for rest := stream; len(rest) > 0; {
			piece := bytes.Clone(rest[:min(size, len(rest))])
			n, whole, err := d.Feed(piece)
			if err != nil {
				t.Fatalf("pieces of %d: value %d: %v", size, len(got), err)
			}
			clear(piece)
			rest = rest[n:]
			if whole != d.Whole() || !whole && n < len(piece) {
				t.Fatalf("pieces of %d: took %d of %d, whole %t", size, n, len(piece), whole)
			}
			if whole {
				got = append(got, bytes.Clone(d.Bytes()))
			}
		}
		if !reflect.DeepEqual(got, values) || d.Partial() {
			t.Fatalf("pieces of %d: %d values, want %d", size, len(got), len(values))
		}
	}
}

func TestADecoderSplitInTwoAtEveryByteDecodesTheSame(t *testing.T) {
	v := full()
	stream, err := tagged.New().AppendMessage(tagged.AppendHeader(nil), v)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(stream) {
		d := tagged.NewDecoder()
		if _, whole, err := d.Feed(stream[:cut]); whole || err != nil || !d.Partial() && cut != 2 {
			t.Fatalf("cut at %d: whole %t, %v", cut, whole, err)
		}
		var back everything
		if err := d.Decode(&back); !errors.Is(err, tagged.ErrTruncated) {
			t.Fatalf("decode before the end: %v", err)
		}
		if n, whole, err := d.Feed(stream[cut:]); !whole || err != nil || n != len(stream)-cut {
			t.Fatalf("rest from %d: %d, whole %t, %v", cut, n, whole, err)
		}
		if err := d.Decode(&back); err != nil || !reflect.DeepEqual(back, v) {
			t.Fatalf("cut at %d: %+v, %v", cut, back, err)
		}
	}
}

func TestADecoderRefusesBadStreamsAtTheBadByte(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		offset    int
		want      error
	}{
		{"no header", `29`, 0, tagged.ErrNoHeader},
		{"version 2", `001002`, 2, tagged.ErrVersion},
		{"version -1", `0028`, 1, tagged.ErrVersion},
		{"version no integer", `0003`, 1, tagged.ErrCode},
		{"second header", `002a002a`, 2, tagged.ErrCode},
		{"header in a message", `002a011002002a`, 5, tagged.ErrCode},
		{"message in a message", `002a011003012a29`, 5, tagged.ErrCode},
		{"message of size 0", `002a0129`, 3, tagged.ErrSize},
		{"message of negative size", `002a0128`, 3, tagged.ErrSize},
		{"message too large", `002a011065`, 4, tagged.ErrTooLarge},
		{"message of 2⁶³-1", `002a01137fffffffffffffff`, 11, tagged.ErrTooLarge},
		{"value longer than its message", `002a012a0229`, 5, tagged.ErrSize},
		{"value shorter than its message", `002a0110020329`, 5, tagged.ErrSize},
		{"string longer than its message", `002a011003021005`, 7, tagged.ErrSize},
		{"bare string too large", `002a021065`, 4, tagged.ErrTooLarge},
		{"bare array too large", `002a0b1200010000`, 7, tagged.ErrTooLarge},
		{"too deep", `002a0b2a0b2a0b2a0b2a`, 9, tagged.ErrDepth},
		{"reserved code", `002a0b2a07`, 4, tagged.ErrCode},
		{"rows without keys", `002a0f292a`, 4, tagged.ErrSize},
		{"key size negative", `002a0e2a28`, 4, tagged.ErrSize},
	} {
		src := h(t, tc.src)
		d := tagged.NewDecoder(tagged.MaxMessage(100), tagged.MaxDepth(3))
		var err error
		for len(src) > 0 && err == nil {
			var n int
			n, _, err = d.Feed(src[:1])
			src = src[n:]
		}
		var e *tagged.Error
		if !errors.Is(err, tc.want) || !errors.As(err, &e) || e.Offset != tc.offset {
			t.Errorf("%s: %v, want %v at byte %d", tc.name, err, tc.want, tc.offset)
		}
		if _, _, again := d.Feed([]byte{0x29}); again != err {
			t.Errorf("%s: the stream went on: %v", tc.name, again)
		}
	}
}

func TestAReaderTellsACleanEndFromACutOne(t *testing.T) {
	stream, values := goldenStream(t)
	clean := map[int]bool{2: true}
	for cut := range len(stream) + 1 {
		r := tagged.NewReader(iotest.OneByteReader(bytes.NewReader(stream[:cut])))
		n := 0
		var err error
		for ; err == nil; n++ {
			var v any
			err = r.Read(&v)
		}
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if err == io.EOF {
			clean[cut] = true
		}
		if cut == len(stream) && (err != io.EOF || n-1 != len(values)) {
			t.Fatalf("whole stream: %d values, %v", n-1, err)
		}
	}
	if len(clean) != len(values)+1 {
		t.Errorf("%d clean ends for %d values and a header", len(clean), len(values))
	}
}

func TestAReaderGoesOnAfterATimeoutAndPassesOverWhatDoesNotFit(t *testing.T) {
	var pipe bytes.Buffer
	w := tagged.NewWriter(&pipe)
	for _, v := range []any{1, "two", 3} {
		if err := w.Write(v); err != nil {
			t.Fatal(err)
		}
	}
	r := tagged.NewReader(iotest.TimeoutReader(iotest.OneByteReader(&pipe)))
	var n int
	if err := r.Read(&n); err != iotest.ErrTimeout {
		t.Fatal(err)
	}
	if err := r.Read(&n); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := r.Read(&n); !errors.Is(err, tagged.ErrType) || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := r.Read(&n); err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := r.Read(&n); err != io.EOF {
		t.Fatal(err)
	}
}

func TestAReaderOfNothingAtAllGivesUp(t *testing.T) {
	var v any
	if err := tagged.NewReader(idle{}).Read(&v); err != io.ErrNoProgress {
		t.Fatal(err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestAWriterWritesWholeMessagesAndStopsAfterAFailure(t *testing.T) {
	var out flaky
	w := tagged.NewWriter(&out, tagged.MaxMessage(10))
	if err := w.Write(make(chan int)); !errors.Is(err, tagged.ErrUnsupported) {
		t.Fatal(err)
	}
	if err := w.Write("longer than ten"); !errors.Is(err, tagged.ErrTooLarge) {
		t.Fatal(err)
	}
	if err := w.Write(1); err != nil || !bytes.Equal(out.got, h(t, `002a 012a2a`)) {
		t.Fatalf("% x, %v", out.got, err)
	}
	for _, fail := range []error{os.ErrDeadlineExceeded, nil} {
		w := tagged.NewWriter(&flaky{short: true, err: fail})
		err := w.Write(1)
		if fail == nil {
			fail = io.ErrShortWrite
		}
		if !errors.Is(err, fail) || w.Write(2) != err {
			t.Fatalf("%v, want %v", err, fail)
		}
	}
}

// flaky keeps what is written to it or, short, takes a byte and returns err.
type flaky struct {
	got   []byte
	short bool
	err   error
}

func (f *flaky) Write(p []byte) (int, error) {
	if f.short {
		return 1, f.err
	}
	f.got = append(f.got, p...)
	return len(p), nil
}

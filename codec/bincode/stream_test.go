package bincode_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"testing"
	"testing/iotest"

	"github.com/shmring/ipc/codec/bincode"
)

func TestASizedRecordIsItsLengthAndItsBytes(t *testing.T) {
	b, err := bincode.MarshalSized(uint16(0x0201))
	if err != nil || string(b) != "\x02\x00\x00\x00\x01\x02" {
		t.Fatalf("%x %v", b, err)
	}
	var v uint16
	if n, err := bincode.UnmarshalSized(append(b, 9, 9), &v); n != 6 || err != nil || v != 0x0201 {
		t.Error(n, v, err)
	}
	for cut := range b {
		if _, err := bincode.UnmarshalSized(b[:cut], &v); !errors.Is(err, bincode.ErrEOF) {
			t.Error(cut, err)
		}
	}
	if got, err := bincode.New().AppendSized([]byte("kept"), make(chan int)); string(got) != "kept" || !errors.Is(err, bincode.ErrType) {
		t.Errorf("%q %v", got, err)
	}
}

// interrupted gives k bytes at a time, and a timeout before each.
type interrupted struct {
	src  []byte
	k    int
	wait bool
}

func (r *interrupted) Read(p []byte) (int, error) {
	if r.wait = !r.wait; r.wait {
		return 0, os.ErrDeadlineExceeded
	}
	if len(r.src) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.k)], r.src)
	r.src = r.src[n:]
	return n, nil
}

func TestADecoderContinuesAfterATimeoutAtAnyByte(t *testing.T) {
	var stream bytes.Buffer
	e := bincode.NewEncoder(&stream, bincode.Varint())
	var want []string
	for i := range 50 {
		want = append(want, string(bytes.Repeat([]byte{'a' + byte(i%26)}, i*7)))
		if err := e.Encode(want[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []int{1, 2, 3, 5, 7, 100, 10000} {
		d := bincode.NewDecoder(&interrupted{src: stream.Bytes(), k: k}, bincode.Varint())
		var got []string
		for {
			var s string
			err := d.Decode(&s)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				continue
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d bytes at a time: %q", k, got)
		}
	}
}

func TestAStreamThatEndsInsideARecordSaysSo(t *testing.T) {
	record, _ := bincode.MarshalSized("text")
	for cut := range record {
		var s string
		err := bincode.NewDecoder(iotest.OneByteReader(bytes.NewReader(record[:cut]))).Decode(&s)
		if want := error(io.ErrUnexpectedEOF); cut == 0 {
			if err != io.EOF {
				t.Error(err)
			}
		} else if !errors.Is(err, want) || errors.Is(err, io.EOF) {
			t.Error(cut, err)
		}
	}
}

func TestADecoderRefusesARecordTooLargeBeforeReadingIt(t *testing.T) {
	for _, opts := range [][]bincode.Option{nil, {bincode.Limit(100)}} {
		var s string
		src := bytes.NewReader([]byte{255, 255, 255, 255, 1, 2, 3})
		cost := allocated(func() {
			if err := bincode.NewDecoder(src, opts...).Decode(&s); !errors.Is(err, bincode.ErrLimit) {
				t.Error(err)
			}
		})
		if cost > 64<<10 {
			t.Errorf("it cost %d bytes", cost)
		}
	}
	half := append([]byte{0, 0, 0, 2}, make([]byte, 1000)...) // says 32 MiB
	cost := allocated(func() {
		var s string
		if err := bincode.NewDecoder(bytes.NewReader(half)).Decode(&s); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
	})
	if cost > 256<<10 {
		t.Errorf("a length without bytes cost %d bytes", cost)
	}
}

func TestABadRecordDoesNotHideTheNext(t *testing.T) {
	var stream bytes.Buffer
	e := bincode.NewEncoder(&stream)
	for _, v := range []any{uint8(1), uint8(7), uint8(0)} {
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	d := bincode.NewDecoder(&stream)
	var got []string
	for range 4 {
		var b bool
		err := d.Decode(&b)
		got = append(got, fmt.Sprint(b, errors.Is(err, bincode.ErrBool), err == io.EOF))
	}
	if want := []string{"true false false", "false true false", "false false false", "false false true"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestABatchNamesTheRecordThatFails(t *testing.T) {
	c := bincode.Of[benchSmall]()
	values := newBenchBatch()
	b, err := bincode.AppendBatch([]byte("before"), c, values)
	if err != nil {
		t.Fatal(err)
	}
	got, err := bincode.DecodeBatch([]benchSmall{}, c, b[6:])
	if err != nil || !reflect.DeepEqual(got, values) {
		t.Fatal(len(got), err)
	}
	bad := bytes.Clone(b[6:])
	at := 0
	for range 700 {
		at += 4 + int(bad[at])
	}
	bad[at+3+int(bad[at])] = 9 // the last byte of record 700, its bool
	got, err = bincode.DecodeBatch(got[:0], c, bad)
	var be *bincode.BatchError
	if !errors.As(err, &be) || be.Index != 700 || be.Offset != at || len(got) != 700 || !errors.Is(err, bincode.ErrBool) {
		t.Errorf("%d values, %v", len(got), err)
	}
	if got, err = bincode.DecodeBatch(nil, c, b[6:len(b)-1]); !errors.As(err, &be) || be.Index != 999 || !errors.Is(err, bincode.ErrEOF) {
		t.Errorf("%d values, %v", len(got), err)
	}
	values[500].Name = "\xff"
	if kept, err := bincode.AppendBatch([]byte("kept"), c, values); !errors.As(err, &be) || be.Index != 500 || string(kept) != "kept" {
		t.Errorf("%q %v", kept, err)
	}
	one, err := bincode.AppendBatch(nil, bincode.Of[float64](), []float64{math.Pi})
	sized, _ := bincode.MarshalSized(math.Pi)
	if err != nil || !bytes.Equal(one, sized) {
		t.Errorf("%x, want %x", one, sized)
	}
}

// shortWriter takes a byte less than it is given and says so, without an error.
type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestAShortWriteIsAnError(t *testing.T) {
	if err := bincode.NewEncoder(shortWriter{}).Encode(uint64(1)); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

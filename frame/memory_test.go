package frame

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
)

func TestAQueueStaysInOneBuffer(t *testing.T) {
	w := NewWriter(io.Discard)
	m := Message{Body: []byte("body")}
	for range 1000 {
		if err := w.Queue(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		if cap(w.buf) != defaultBatch {
			t.Fatalf("the buffer has %d bytes, the batch %d", cap(w.buf), defaultBatch)
		}
	}
}

func TestAWriterKeepsNoMessageAlive(t *testing.T) {
	w := NewWriter(io.Discard, WithCoalesce(0))
	large := make([]byte, 100<<10)
	if err := w.Write(context.Background(), Message{Body: large, Parts: [][]byte{large}}); err != nil {
		t.Fatal(err)
	}
	for _, b := range w.vec[:cap(w.vec)] {
		if b != nil {
			t.Fatal("a slice of the message is still referenced")
		}
	}
}

func TestAFrameAsLongAsAnIntAllowsGrowsWithWhatArrives(t *testing.T) {
	for _, read := range []struct {
		name string
		call func(*Reader) error
	}{
		{"Read", func(r *Reader) error { _, err := r.Read(context.Background()); return err }},
		{"ReadStream", func(r *Reader) error { _, _, err := r.ReadStream(context.Background()); return err }},
	} {
		const longest = math.MaxInt - 2*lenSize
		stream := Message{Body: []byte("before it")}.AppendTo(nil)
		stream = binary.BigEndian.AppendUint64(stream, longest)
		stream = binary.BigEndian.AppendUint64(stream, longest-lenSize)
		const arrives = 200 << 10
		stream = append(stream, make([]byte, arrives)...)
		r := NewReader(bytes.NewReader(stream), WithMaxSize(math.MaxInt), WithReadAhead(1<<10))
		if err := read.call(r); err != nil {
			t.Fatal(err)
		}
		if err := read.call(r); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got error %v, want %v", read.name, err, io.ErrUnexpectedEOF)
		}
		if got := r.end - r.start; got != arrives+2*lenSize {
			t.Errorf("%s: it holds %d bytes, %d arrived", read.name, got, arrives+2*lenSize)
		}
		if len(r.buf) > 4*arrives {
			t.Errorf("%s: it took %d bytes for %d", read.name, len(r.buf), arrives)
		}
	}
}

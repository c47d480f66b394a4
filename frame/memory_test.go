package frame

import (
	"context"
	"io"
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

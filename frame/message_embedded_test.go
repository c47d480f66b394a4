package frame_test

import (
	"testing"

	"github.com/shmring/ipc/frame"
)

// A message that a struct embeds is a field like any other.
func TestAnEmbeddedMessageLosesNeitherItselfNorItsNeighbours(t *testing.T) {
	type numbered struct {
		frame.Message
		Seq uint64
	}
	in := numbered{frame.Message{Body: []byte("body"), Parts: [][]byte{[]byte("part")}}, 7}
	m, err := frame.Marshal(&in)
	if err != nil {
		t.Fatal(err)
	}
	var out numbered
	if err := frame.Unmarshal(m, &out); err != nil || out.Seq != 7 || string(out.Body) != "body" || len(out.Parts) != 1 || string(out.Parts[0]) != "part" {
		t.Errorf("got %+v, %v", out, err)
	}
	type pointed struct {
		*frame.Message
		Seq uint64
	}
	if m, err = frame.Marshal(&pointed{nil, 7}); err != nil {
		t.Fatal(err)
	}
	var none pointed
	if err := frame.Unmarshal(m, &none); err != nil || none.Message != nil || none.Seq != 7 {
		t.Errorf("got %+v, %v", none, err)
	}
}

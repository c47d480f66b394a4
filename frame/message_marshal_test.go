package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/frame"
)

type picture struct {
	Name  string
	Pixel codec.Part
}

type album struct {
	Cover  codec.Part
	Pages  []picture
	ByName map[string]codec.Part
	Back   *codec.Part
	Last   picture
	Count  uint32
}

func someAlbum() album {
	back := codec.Part("back")
	return album{
		Cover:  codec.Part("cover"),
		Pages:  []picture{{"a", codec.Part("page a")}, {"b", codec.Part("page b")}},
		ByName: map[string]codec.Part{"y": codec.Part("named y"), "x": codec.Part("named x")},
		Back:   &back,
		Last:   picture{"c", codec.Part{}},
		Count:  7,
	}
}

func TestEveryPartTravelsOutOfLineInVisitingOrder(t *testing.T) {
	v := someAlbum()
	m, err := frame.Marshal(&v)
	must(t, err)
	want := []string{"cover", "page a", "page b", "named x", "named y", "back", ""}
	if len(m.Parts) != len(want) {
		t.Fatalf("parts are %q", m.Parts)
	}
	for i := range want {
		if string(m.Parts[i]) != want[i] {
			t.Errorf("part %d is %q, want %q", i, m.Parts[i], want[i])
		}
	}
	if &m.Parts[0][0] != &v.Cover[0] || &m.Parts[2][0] != &v.Pages[1].Pixel[0] {
		t.Error("a part was copied")
	}
	for _, w := range want[:6] {
		if bytes.Contains(m.Body, []byte(w)) {
			t.Errorf("the body holds %q", w)
		}
	}
	var got album
	must(t, frame.Unmarshal(m, &got))
	if !reflect.DeepEqual(got, v) {
		t.Errorf("got %+v", got)
	}
	if &got.Pages[0].Pixel[0] != &m.Parts[1][0] {
		t.Error("a decoded part does not alias the message")
	}
}

func TestTheBodyDoesNotDependOnTheSizeOfParts(t *testing.T) {
	small, err := frame.Marshal(picture{"name", nil})
	must(t, err)
	large, err := frame.Marshal(picture{"name", make([]byte, 1<<20)})
	must(t, err)
	if !bytes.Equal(small.Body, large.Body) || len(small.Body) != 8+4 {
		t.Errorf("bodies %x and %x", small.Body, large.Body)
	}
}

func TestTooFewAndTooManyPartsAreDifferentErrors(t *testing.T) {
	m, err := frame.Marshal(someAlbum())
	must(t, err)
	for _, c := range []struct {
		parts [][]byte
		want  error
	}{
		{nil, bincode.ErrTooFewParts},
		{m.Parts[:6], bincode.ErrTooFewParts},
		{append(m.Parts[:7:7], []byte("more")), bincode.ErrTooManyParts},
	} {
		got := album{Count: 99}
		err := frame.Unmarshal(frame.Message{Body: m.Body, Parts: c.parts}, &got)
		if !errors.Is(err, c.want) {
			t.Errorf("%d parts: %v, want %v", len(c.parts), err, c.want)
		}
		if !reflect.DeepEqual(got, album{Count: 99}) {
			t.Errorf("%d parts: the value was touched: %+v", len(c.parts), got)
		}
	}
}

type envelope struct {
	To    string
	Inner frame.Message
	Seal  codec.Part
	More  []frame.Message
}

func TestAMessageInAMessageTravelsOutOfLine(t *testing.T) {
	inner, err := frame.Marshal(someAlbum())
	must(t, err)
	v := envelope{"you", inner, codec.Part("seal"), []frame.Message{msg("one", "1", "2"), msg("none")}}
	m, err := frame.Marshal(v)
	must(t, err)
	if len(m.Body) != (8+3)+8+8+2*8 {
		t.Errorf("the body has %d bytes: %x", len(m.Body), m.Body)
	}
	if len(m.Parts) != (1+7)+1+(1+2)+1 || &m.Parts[0][0] != &inner.Body[0] || &m.Parts[1][0] != &inner.Parts[0][0] {
		t.Errorf("parts are %q", m.Parts)
	}
	var got envelope
	must(t, frame.Unmarshal(m, &got))
	if got.To != "you" || string(got.Seal) != "seal" || !equal(got.Inner, inner) ||
		len(got.More) != 2 || !equal(got.More[0], v.More[0]) || !equal(got.More[1], v.More[1]) {
		t.Errorf("got %+v", got)
	}
	var back album
	must(t, frame.Unmarshal(got.Inner, &back))
	if !reflect.DeepEqual(back, someAlbum()) {
		t.Errorf("the inner value is %+v", back)
	}
}

func TestANestedMessageThatClaimsTooMuchIsRefused(t *testing.T) {
	for _, body := range [][]byte{
		{255, 255, 255, 255, 255, 255, 255, 255},
		{0, 0, 0, 0, 0, 0, 0, 128},
		{2, 0, 0, 0, 0, 0, 0, 0},
	} {
		var got frame.Message
		if err := frame.Unmarshal(frame.Message{Body: body, Parts: [][]byte{{1}, {2}}}, &got); !errors.Is(err, bincode.ErrTooFewParts) {
			t.Errorf("%x: %v", body, err)
		}
	}
	var got frame.Message
	if err := frame.Unmarshal(frame.Message{Body: []byte{1, 2}, Parts: [][]byte{{1}}}, &got); err == nil {
		t.Error("half a number of parts was taken")
	}
}

func TestAValueCrossesASocket(t *testing.T) {
	a, b := sockets(t)
	v := someAlbum()
	v.Cover = bytes.Repeat([]byte("cover"), 1<<18)
	sent := make(chan error, 1)
	go func() {
		m, err := frame.Marshal(v)
		if err == nil {
			err = frame.NewWriter(a).Write(bg, m)
		}
		sent <- err
	}()
	m, err := frame.NewReader(b).Read(bg)
	must(t, err)
	var got album
	must(t, frame.Unmarshal(m, &got))
	if !reflect.DeepEqual(got, v) {
		t.Error("another value arrived")
	}
	must(t, <-sent)
}

func ExampleMarshal() {
	type Frame struct {
		Camera uint32
		Image  codec.Part
	}
	near, far := net.Pipe()
	go func() {
		m, err := frame.Marshal(Frame{Camera: 4, Image: codec.Part("a large picture")})
		if err == nil {
			err = frame.NewWriter(near).Write(context.Background(), m)
		}
		if err != nil {
			fmt.Println(err)
		}
	}()
	m, err := frame.NewReader(far).Read(context.Background())
	if err != nil {
		fmt.Println(err)
	}
	var f Frame
	err = frame.Unmarshal(m, &f) // f.Image aliases m: valid until the next Read
	fmt.Println(len(m.Body), f.Camera, string(f.Image), err)
	// Output: 4 4 a large picture <nil>
}

package bincode_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

type attachment struct {
	Name string
	Data codec.Part
}

type letter struct {
	Subject string
	First   *codec.Part
	All     []attachment
	ByName  map[string]codec.Part
	Either  pickPart
	Inner   envelope
}

type pickPart struct {
	bincode.Union
	Part *codec.Part
	None *struct{}
}

// envelope takes part in AppendParts by itself: a mark in the body, its content out of line.
type envelope struct{ Content []byte }

func (e *envelope) SizeBincodeParts() (int, error) { return 1, nil }

func (e *envelope) AppendBincodeParts(dst []byte, parts [][]byte) ([]byte, [][]byte, error) {
	return append(dst, 'E'), append(parts, e.Content), nil
}

func (e *envelope) UnmarshalBincodeParts(src []byte, parts [][]byte) (int, int, error) {
	switch {
	case len(src) < 1 || src[0] != 'E':
		return 0, 0, errors.New("no envelope")
	case len(parts) < 1:
		return 0, 0, &bincode.Error{Op: "decode", Offset: 0, Class: bincode.ErrTooFewParts}
	}
	e.Content = parts[0]
	return 1, 1, nil
}

func newLetter() letter {
	first, other := codec.Part("first"), codec.Part("other")
	return letter{"hello", &first, []attachment{{"a", codec.Part("alpha")}, {"b", nil}},
		map[string]codec.Part{"z": codec.Part("last"), "k": codec.Part("key")}, pickPart{Part: &other}, envelope{[]byte("inner")}}
}

func TestPartsLeaveTheBodyInVisitingOrderAndComeBack(t *testing.T) {
	for name, opts := range configs {
		f := bincode.New(opts...)
		v := newLetter()
		body, parts, err := f.AppendParts([]byte("<"), [][]byte{[]byte("earlier")}, &v)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range parts {
			got = append(got, string(p))
		}
		if want := []string{"earlier", "first", "alpha", "", "key", "last", "other", "inner"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if body[0] != '<' || bytes.Contains(body, []byte("alpha")) {
			t.Errorf("%s: body %q", name, body)
		}
		if &parts[1][0] != &(*v.First)[0] {
			t.Errorf("%s: the part was copied", name)
		}
		if n, err := f.SizeParts(&v); n != len(body)-1 || err != nil {
			t.Errorf("%s: size %d, %v, want %d", name, n, err, len(body)-1)
		}
		body, parts = body[1:], parts[1:]
		var back letter
		if err := f.UnmarshalParts(body, parts, &back); err != nil || !sameLetter(back, v) {
			t.Errorf("%s: %+v, %v", name, back, err)
		}
		if &back.All[0].Data[0] != &parts[1][0] {
			t.Errorf("%s: the part came back as a copy", name)
		}
		for n := range parts {
			var none letter
			if err := f.UnmarshalParts(body, parts[:n], &none); !errors.Is(err, bincode.ErrTooFewParts) || !reflect.DeepEqual(none, letter{}) {
				t.Errorf("%s with %d parts: %v", name, n, err)
			}
		}
		if err := f.UnmarshalParts(body, append(parts, nil), &letter{}); !errors.Is(err, bincode.ErrTooManyParts) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func sameLetter(a, b letter) bool {
	a.All[1].Data, b.All[1].Data = nil, nil // empty, however written
	return reflect.DeepEqual(a, b)
}

func TestPartsInAPlainMessageAreByteSlices(t *testing.T) {
	got, err := bincode.Marshal(attachment{"n", codec.Part("data")})
	want, _ := bincode.Marshal(struct {
		Name string
		Data []byte
	}{"n", []byte("data")})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v, want %x", got, err, want)
	}
	v := newLetter()
	b, err := bincode.Marshal(&v)
	var back letter
	if err != nil || bincode.Unmarshal(b, &back) != nil || !sameLetter(back, v) {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestAListOfPartsIsBoundedByThePartsThatAreThere(t *testing.T) {
	src := []byte{255, 255, 255, 255, 255, 255, 255, 0}
	var v []codec.Part
	if err := bincode.New().UnmarshalParts(src, [][]byte{{1}}, &v); err == nil || v != nil {
		t.Errorf("%v %v", v, err)
	}
	body, parts, err := bincode.New().AppendParts(nil, nil, []codec.Part{{1}, {2}, {3}})
	if err != nil || bincode.New().UnmarshalParts(body, parts, &v) != nil || len(v) != 3 {
		t.Errorf("%v %v", v, err)
	}
}

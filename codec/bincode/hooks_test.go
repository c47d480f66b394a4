package bincode_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

// ownText writes itself as one length byte and its letters.
type ownText struct{ s string }

func (w ownText) AppendBincode(dst []byte) ([]byte, error) {
	if len(w.s) > 255 {
		return dst, errors.New("too long")
	}
	return append(append(dst, byte(len(w.s))), w.s...), nil
}

func (w *ownText) UnmarshalBincode(src []byte) (int, error) {
	if len(src) < 1 || len(src)-1 < int(src[0]) {
		return 0, errors.New("cut short")
	}
	w.s = string(src[1 : 1+src[0]])
	return 1 + int(src[0]), nil
}

// tree nests through its own code, in whatever configuration.
type tree struct {
	Value uint32
	Kids  []tree
}

func (n *tree) AppendBincodeFormat(dst []byte, f *bincode.Format) ([]byte, error) {
	dst, err := f.Append(dst, n.Value)
	if err != nil {
		return dst, err
	}
	return f.Append(dst, &n.Kids)
}

func (n *tree) UnmarshalBincodeFormat(src []byte, f *bincode.Format) (int, error) {
	a, err := f.UnmarshalPrefix(src, &n.Value)
	if err != nil {
		return 0, err
	}
	b, err := f.UnmarshalPrefix(src[a:], &n.Kids)
	return a + b, err
}

func TestATypesOwnCodeIsUsedWhereverItStands(t *testing.T) {
	type holder struct {
		Before uint8
		Word   ownText
		List   []ownText
		Map    map[ownText]ownText
		P      *ownText
		After  uint8
	}
	v := holder{1, ownText{"ab"}, []ownText{{"c"}, {""}}, map[ownText]ownText{{"k"}: {"v"}, {"j"}: {"longer"}}, &ownText{"p"}, 2}
	for name, opts := range configs {
		f := bincode.New(opts...)
		b, err := f.Marshal(&v)
		if err != nil || !bytes.HasPrefix(b, []byte("\x01\x02ab")) {
			t.Fatalf("%s: %q %v", name, b, err)
		}
		if n, err := f.Size(&v); n != len(b) || err != nil {
			t.Errorf("%s: size %d, %v", name, n, err)
		}
		var got holder
		if err := f.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		if err := f.Unmarshal(b[:len(b)-2], &holder{}); !errors.Is(err, bincode.ErrHook) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := bincode.Marshal(&holder{List: []ownText{{}, {string(make([]byte, 300))}}})
	var e *bincode.Error
	if !errors.As(err, &e) || e.Path != "list[1]" || e.Class != bincode.ErrHook || e.Err.Error() != "too long" {
		t.Errorf("%v", err)
	}
}

func TestFormatAwareCodeFollowsTheConfigurationAndTheDepth(t *testing.T) {
	v := tree{1, []tree{{2, nil}, {300, []tree{{4, nil}}}}}
	type plain struct {
		Value uint32
		Kids  []plain
	}
	same := plain{1, []plain{{2, nil}, {300, []plain{{4, nil}}}}}
	for name, opts := range configs {
		f := bincode.New(opts...)
		want, _ := f.Marshal(&same)
		got, err := f.Marshal(&v)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x %v, want %x", name, got, err, want)
		}
		var back tree
		if err := f.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%s: %+v %v", name, back, err)
		}
	}
	var deep []byte
	for range 100000 {
		deep = binary.LittleEndian.AppendUint64(append(deep, 0, 0, 0, 0), 1)
	}
	if err := bincode.Unmarshal(deep, &tree{}); !errors.Is(err, bincode.ErrDepth) {
		t.Errorf("%v", err)
	}
}

type half struct{}

func (half) AppendBincode(dst []byte) ([]byte, error) { return dst, nil }

type liar struct{}

func (liar) AppendBincode(dst []byte) ([]byte, error) { return append(dst, 1, 2, 3), nil }
func (liar) SizeBincode() (int, error)                { return 2, nil }
func (*liar) UnmarshalBincode([]byte) (int, error)    { return 1 << 20, nil }

func TestHooksThatMisbehaveAreErrors(t *testing.T) {
	if _, err := bincode.Marshal(half{}); !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
	if got, err := bincode.Append([]byte("kept"), liar{}); !errors.Is(err, bincode.ErrHook) || string(got) != "kept" {
		t.Error(got, err)
	}
	if err := bincode.Unmarshal([]byte{1}, &liar{}); !errors.Is(err, bincode.ErrHook) {
		t.Error(err)
	}
}

// percent refuses what its bytes allow.
type percent struct{ Value uint8 }

var errTooMuch = errors.New("more than 100")

func (p percent) Validate() error {
	if p.Value > 100 {
		return errTooMuch
	}
	return nil
}

func TestValidateRefusesAWholeMessageAndLeavesTheTarget(t *testing.T) {
	type report struct {
		Name  string
		Bytes []byte
		Parts []percent
		More  map[string]*percent
		Note  int `bincode:"-"`
	}
	good := report{"n", []byte("b"), []percent{{1}, {100}}, map[string]*percent{"k": {5}}, 0}
	bad := report{"x", []byte("y"), []percent{{1}, {101}}, nil, 0}
	src, _ := bincode.Marshal(&good)
	worse, err := bincode.Marshal(&bad)
	if err != nil {
		t.Fatal(err)
	}
	got := report{Note: 7}
	if err := bincode.Unmarshal(src, &got); err != nil || got.Note != 7 {
		t.Fatal(err)
	}
	got.Note = 0
	err = bincode.Unmarshal(worse, &got)
	var e *bincode.Error
	if !errors.Is(err, bincode.ErrInvalid) || !errors.Is(err, errTooMuch) || !errors.As(err, &e) || e.Path != "parts[1]" {
		t.Errorf("%v", err)
	}
	if !reflect.DeepEqual(got, good) {
		t.Errorf("the target became %+v", got)
	}
}

// made looks as generated code does. Its bytes are marked, so that one sees which compiler was taken.
type made struct{ A uint8 }

func (m *made) AppendBincode(dst []byte) ([]byte, error) { return append(dst, m.A, 'G'), nil }
func (m *made) SizeBincode() (int, error)                { return 2, nil }
func (m *made) UnmarshalBincode(src []byte) (int, error) {
	if len(src) < 2 || src[1] != 'G' {
		return 0, fmt.Errorf("not of generated code: %x", src)
	}
	m.A = src[0]
	return 2, nil
}
func (m *made) UnmarshalBincodeBorrow(src []byte) (int, error) { return m.UnmarshalBincode(src) }
func (m *made) BincodeGenerated(*made)                         {}

type outer struct {
	made
	B uint8
}

func TestGeneratedCodeRunsForItsOwnTypeInTheDefaultConfigurationOnly(t *testing.T) {
	for _, c := range []struct {
		v    any
		opts []bincode.Option
		want string
	}{
		{&made{1}, nil, "\x01G"},
		{&made{1}, []bincode.Option{bincode.Varint()}, "\x01"},
		{&made{1}, []bincode.Option{bincode.Limit(9)}, "\x01"},
		{&outer{made{1}, 2}, nil, "\x01\x02"}, // promoted methods are not the outer type's
		{[]made{{1}}, []bincode.Option{bincode.Varint()}, "\x01\x01"},
	} {
		b, err := bincode.New(c.opts...).Marshal(c.v)
		if err != nil || string(b) != c.want {
			t.Errorf("%T: %q %v, want %q", c.v, b, err, c.want)
		}
	}
	c := bincode.Of[made]()
	b, err := c.Append(nil, &made{3})
	var got made
	if n, _ := c.Size(&got); n != 2 || string(b) != "\x03G" || err != nil || c.Decode(b, &got) != nil || c.DecodeBorrow(b, &got) != nil || got.A != 3 {
		t.Errorf("%q %v %+v", b, err, got)
	}
}

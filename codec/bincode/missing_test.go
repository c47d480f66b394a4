package bincode_test

import (
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

// Three editions of one record: each appends to the one before.
type (
	edition1 struct {
		ID   uint64
		Name string
	}
	edition2 struct {
		ID   uint64
		Name string
		Tags []string
		_    uint32
		Note *string
	}
	edition3 struct {
		ID    uint64
		Name  string
		Tags  []string
		Note  *string
		Level uint16
		At    struct{ X, Y float64 }
		Open  bool
		local int
		Skip  int `bincode:"-"`
	}
	defaulted struct {
		ID    uint64
		Level uint16
		Name  string
		Tags  []string
	}
	judged struct {
		ID    uint64
		Level uint16
	}
	evenEmbedded struct {
		edition1
		Extra uint8
	}
)

func (d *defaulted) BincodeDefaults() { *d = defaulted{99, 7, "unnamed", []string{"new"}} }

var errLevel = errors.New("level 0")

func (j *judged) Validate() error {
	if j.Level == 0 {
		return errLevel
	}
	return nil
}

func TestAllowMissingReadsWhatEndsBetweenTwoFields(t *testing.T) {
	note := "n"
	full := edition3{1, "one", []string{"a", "b"}, &note, 3, struct{ X, Y float64 }{1, 2}, true, 0, 0}
	for name, opts := range configs {
		f := bincode.New(append(opts, bincode.AllowMissing())...)
		src, err := f.Marshal(&full)
		if err != nil {
			t.Fatal(err)
		}
		ends := map[int]edition3{} // what each prefix of whole fields must give
		var v edition3
		of, at := reflect.ValueOf(&full).Elem(), 0
		for i := range 7 {
			n, err := f.Size(of.Field(i).Addr().Interface())
			if err != nil {
				t.Fatal(err)
			}
			at += n
			reflect.ValueOf(&v).Elem().Field(i).Set(of.Field(i))
			ends[at] = v
		}
		if at != len(src) {
			t.Fatalf("%s: fields of %d bytes, %d in all", name, at, len(src))
		}
		for _, borrow := range []bool{false, true} {
			decode := f.Unmarshal
			if borrow {
				decode = f.UnmarshalBorrow
			}
			for n := range len(src) + 1 {
				got := edition3{9, "old", []string{"x", "y", "z"}, &note, 9, struct{ X, Y float64 }{9, 9}, true, 5, 6}
				was := got
				err := decode(src[:n:n], &got)
				want, ok := ends[n]
				if !ok {
					if want = was; !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(bincode.New(opts...).Unmarshal(src[:n], &edition3{}), bincode.ErrEOF) {
						t.Fatalf("%s: %d bytes: %v", name, n, err)
					}
				} else if want.local, want.Skip = 5, 6; err != nil {
					t.Fatalf("%s: %d bytes: %v", name, n, err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("%s: %d bytes: got %+v, want %+v", name, n, got, want)
				}
				if used, err := f.UnmarshalPrefix(src[:n], &got); ok && (used != n || err != nil) {
					t.Fatalf("%s: used %d of %d bytes, %v", name, used, n, err)
				}
			}
		}
	}
}

func TestMissingFieldsTakeTheDefaultsOfTheirStruct(t *testing.T) {
	c := bincode.Of[defaulted](bincode.AllowMissing())
	src, _ := bincode.Marshal(struct {
		ID    uint64
		Level uint16
	}{1, 2})
	v := defaulted{Name: "old", Tags: []string{"old"}}
	if err := c.Decode(src, &v); err != nil || !reflect.DeepEqual(v, defaulted{1, 2, "unnamed", []string{"new"}}) {
		t.Errorf("%+v %v", v, err)
	}
	if err := c.Decode(src[:9], &v); !errors.Is(err, bincode.ErrEOF) {
		t.Error(err)
	}
}

func TestValidateJudgesWhatMissingFieldsBecame(t *testing.T) {
	c := bincode.Of[judged](bincode.AllowMissing())
	v := judged{4, 5}
	if err := c.Decode(make([]byte, 8), &v); !errors.Is(err, errLevel) || v != (judged{4, 5}) {
		t.Errorf("%+v %v", v, err)
	}
	if err := c.Decode([]byte{8: 1, 9: 0}, &v); err != nil || v != (judged{0, 1}) {
		t.Errorf("%+v %v", v, err)
	}
}

func TestAllowMissingNeedsOneFieldAndConcernsTheOutermostStruct(t *testing.T) {
	if err := bincode.Of[edition1](bincode.AllowMissing()).Decode(nil, &edition1{}); !errors.Is(err, bincode.ErrEOF) {
		t.Errorf("nothing at all: %v", err)
	}
	one, _ := bincode.Marshal(edition1{1, "one"})
	var embedded evenEmbedded
	if err := bincode.Of[evenEmbedded](bincode.AllowMissing()).Decode(one, &embedded); err != nil || embedded.Name != "one" {
		t.Errorf("%+v %v", embedded, err)
	}
	if err := bincode.Of[evenEmbedded](bincode.AllowMissing()).Decode(one[:8], &embedded); !errors.Is(err, bincode.ErrEOF) {
		t.Errorf("half of an embedded struct: %v", err)
	}
	list, _ := bincode.Marshal([]edition1{{1, "one"}})
	if err := bincode.Of[[]edition2](bincode.AllowMissing()).Decode(list, &[]edition2{}); !errors.Is(err, bincode.ErrEOF) {
		t.Errorf("an element: %v", err)
	}
	limited := bincode.Of[edition2](bincode.AllowMissing(), bincode.Limit(uint64(len(one))-1))
	if err := limited.Decode(one, &edition2{}); !errors.Is(err, bincode.ErrLimit) {
		t.Errorf("over the limit: %v", err)
	}
	limited = bincode.Of[edition2](bincode.AllowMissing(), bincode.Limit(64))
	if err := limited.Decode(one, &edition2{}); err != nil {
		t.Errorf("under the limit: %v", err)
	}
}

func TestMissingPartsAreMissingFields(t *testing.T) {
	type first struct {
		ID   uint64
		Blob codec.Part
	}
	type second struct {
		ID    uint64
		Blob  codec.Part
		Level uint32
		More  codec.Part
	}
	f := bincode.New(bincode.AllowMissing())
	body, parts, err := f.AppendParts(nil, nil, &first{1, codec.Part("blob")})
	if err != nil {
		t.Fatal(err)
	}
	v := second{Level: 3, More: codec.Part("old")}
	if err := f.UnmarshalParts(body, parts, &v); err != nil || !reflect.DeepEqual(v, second{ID: 1, Blob: codec.Part("blob")}) {
		t.Errorf("%+v %v", v, err)
	}
	if err := f.UnmarshalParts(body, nil, &v); err != nil || v.Blob != nil {
		t.Errorf("%+v %v", v, err)
	}
	if err := f.UnmarshalParts(body, append(parts, nil), &v); err == nil {
		t.Error("a part too many was accepted")
	}
}

func FuzzAllowMissingAgreesWithTheStrictReader(f *testing.F) {
	note := "n"
	b, _ := bincode.Marshal(&edition3{1, "one", []string{"a", "b"}, &note, 3, struct{ X, Y float64 }{1, 2}, true, 0, 0})
	for _, n := range []int{len(b), len(b) - 1, 24, 8, 0} {
		f.Add(b[:n])
	}
	strict, lenient := bincode.Of[edition3](), bincode.Of[edition3](bincode.AllowMissing())
	f.Fuzz(func(t *testing.T, src []byte) {
		var want, got edition3
		strictErr, err := strict.Decode(src, &want), lenient.Decode(src, &got)
		switch {
		case strictErr == nil:
			a, _ := bincode.Marshal(&want) // bytes, for NaN does not equal itself
			if b, _ := bincode.Marshal(&got); err != nil || string(a) != string(b) {
				t.Fatalf("got %+v, %v, want %+v", got, err, want)
			}
		case err != nil:
			if err.Error() != strictErr.Error() || !reflect.DeepEqual(got, edition3{}) {
				t.Fatalf("got %+v, %v, want %v", got, err, strictErr)
			}
		case !errors.Is(strictErr, bincode.ErrEOF):
			t.Fatalf("accepted what is wrong in another way: %v", strictErr)
		default: // what was read is what the input holds
			if b, _ := bincode.Marshal(&got); string(b[:len(src)]) != string(src) {
				t.Fatalf("% x was read as % x", src, b)
			}
		}
	})
}

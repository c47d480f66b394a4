package bincode_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

func configOptions(t *testing.T, config string) []bincode.Option {
	switch config {
	case "fixint-le":
		return []bincode.Option{bincode.Fixint(), bincode.LittleEndian()}
	case "varint-le":
		return []bincode.Option{bincode.Varint(), bincode.LittleEndian()}
	case "fixint-be":
		return []bincode.Option{bincode.Fixint(), bincode.BigEndian()}
	case "varint-be":
		return []bincode.Option{bincode.Varint(), bincode.BigEndian()}
	}
	t.Fatalf("unknown config %q", config)
	return nil
}

func fromHex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVectorsOfTheReferenceEncodeAndDecodeExactly runs every ok line, with sum types as structs of pointers
// and again as interfaces.
func TestVectorsOfTheReferenceEncodeAndDecodeExactly(t *testing.T) {
	ran, lines := 0, readVectors(t)
	for _, l := range lines {
		if l.Kind != "ok" {
			continue
		}
		ran++
		for _, interfaces := range []bool{false, true} {
			if err := checkOK(t, l, interfaces); err != nil {
				t.Errorf("%s (interfaces %v): %v", l.Name, interfaces, err)
			}
		}
	}
	t.Logf("ok lines: %d run, each with both forms of sum types", ran)
}

func checkOK(t *testing.T, l *vectorLine, interfaces bool) error {
	m, typ := makeType(l.Type.Schema, interfaces)
	f := bincode.New(append(configOptions(t, l.Config), append(m.options(), bincode.RejectTrailing())...)...)
	want := fromHex(t, l.Hex)
	v := reflect.New(typ)
	m.set(v.Elem(), l.Type.Schema, l.Value)
	if n, err := f.Size(v.Interface()); err != nil || n != len(want) {
		return fmt.Errorf("size %d %v, want %d", n, err, len(want))
	}
	got, err := f.Marshal(v.Interface())
	if err != nil || !l.Unordered && !bytes.Equal(got, want) {
		return fmt.Errorf("encoded %x, %v, want %x", got, err, want)
	}
	for _, src := range [][]byte{want, got} {
		for name, decode := range map[string]func([]byte, any) error{"decode": f.Unmarshal, "borrow": f.UnmarshalBorrow} {
			back := reflect.New(typ)
			if err := decode(bytes.Clone(src), back.Interface()); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if !same(back.Elem(), v.Elem()) {
				return fmt.Errorf("%s gave %+v, want %+v", name, back.Elem(), v.Elem())
			}
		}
	}
	for cut := range want {
		back := reflect.New(typ)
		if err := f.Unmarshal(want[:cut:cut], back.Interface()); !errors.Is(err, bincode.ErrEOF) {
			return fmt.Errorf("cut to %d bytes: %v, want eof", cut, err)
		}
	}
	return nil
}

// verdict is what a decoder said.
type verdict struct {
	class    string // empty when it accepted
	consumed int
}

func (v verdict) String() string {
	if v.class != "" {
		return "rejects: " + v.class
	}
	return fmt.Sprintf("accepts %d bytes", v.consumed)
}

// want is the verdict recorded in the line.
func (l *vectorLine) want() verdict {
	if l.Kind == "reject" {
		return verdict{class: l.Error.Class}
	}
	return verdict{consumed: *l.Consumed}
}

// judge decodes the line with the options and, where it is accepted, compares the value.
func judge(t *testing.T, l *vectorLine, opts []bincode.Option) (verdict, error) {
	m, typ := makeType(l.Type.Schema, true)
	f := bincode.New(append(opts, m.options()...)...)
	src := fromHex(t, l.Hex)
	back, prefix := reflect.New(typ), reflect.New(typ)
	err := f.Unmarshal(src, back.Interface())
	if err != nil {
		if !back.Elem().IsZero() {
			return verdict{}, fmt.Errorf("the refused target holds %+v", back.Elem())
		}
		var e *bincode.Error
		if !errors.As(err, &e) || !errors.Is(err, e.Class) {
			return verdict{}, fmt.Errorf("an error of type %T: %w", err, err)
		}
		return verdict{class: string(e.Class)}, nil
	}
	n, err := f.UnmarshalPrefix(src, prefix.Interface())
	if err != nil || !same(prefix.Elem(), back.Elem()) {
		return verdict{}, fmt.Errorf("the prefix gave %v, %+v after %+v", err, prefix.Elem(), back.Elem())
	}
	if l.Kind == "accept" {
		v := reflect.New(typ)
		m.set(v.Elem(), l.Type.Schema, l.Value)
		if !same(back.Elem(), v.Elem()) {
			return verdict{}, fmt.Errorf("decoded %+v, want %+v", back.Elem(), v.Elem())
		}
	}
	return verdict{consumed: n}, nil
}

// lineOptions are the options of the line itself. Of bincode 1 only the reader looks at a limit, and only the
// slice functions at trailing bytes.
func lineOptions(t *testing.T, l *vectorLine, compat bool) []bincode.Option {
	opts := configOptions(t, l.Config)
	reader := l.Options.Input == "reader"
	trailing, limit := l.Options.Trailing == "reject", l.Options.Limit != nil
	switch {
	case compat && l.version() == 1:
		opts = append(opts, bincode.Compat1())
		trailing = trailing && !reader
		limit = limit && reader
	case compat:
		opts = append(opts, bincode.Compat2())
	}
	if trailing {
		opts = append(opts, bincode.RejectTrailing())
	}
	if limit {
		opts = append(opts, bincode.Limit(*l.Options.Limit))
	}
	return opts
}

// TestVectorsOfEachVersionAreJudgedAsThatVersionDoes runs every reject and accept line with the option for its
// version.
func TestVectorsOfEachVersionAreJudgedAsThatVersionDoes(t *testing.T) {
	ran := map[string]int{}
	for _, l := range readVectors(t) {
		if l.Kind != "reject" && l.Kind != "accept" {
			continue
		}
		ran[fmt.Sprintf("%s by version %d", l.Kind, l.version())]++
		if got, err := judge(t, l, lineOptions(t, l, true)); err != nil || got != l.want() {
			t.Errorf("%s: %v %v, want %v (%s)", l.Name, got, err, l.want(), l.Note)
		}
	}
	t.Logf("lines run: %v", ran)
}

// TestVectorsGetTheSaferVerdictByDefault runs the same lines without such an option. Where the versions agree
// so does the default; where they differ it refuses, with the class of one that does. Each difference is
// named.
func TestVectorsGetTheSaferVerdictByDefault(t *testing.T) {
	groups := map[string][]*vectorLine{}
	var names []string
	for _, l := range readVectors(t) {
		if l.Kind == "reject" || l.Kind == "accept" {
			if groups[l.base()] == nil {
				names = append(names, l.base())
			}
			groups[l.base()] = append(groups[l.base()], l)
		}
	}
	same, differ := 0, 0
	for _, name := range names {
		group := groups[name]
		for _, l := range group {
			got, err := judge(t, l, lineOptions(t, l, false))
			if err != nil {
				t.Errorf("%s: %v", l.Name, err)
				continue
			}
			if got == l.want() {
				same++
				continue
			}
			differ++
			if got.class == "" || !explained(t, l, group, got) {
				t.Errorf("%s: by default %v, want %v", l.Name, got, l.want())
				continue
			}
			t.Logf("%s: version %d %v, the default %v: %s", l.Name, l.version(), l.want(), got, reason(l, got))
		}
	}
	t.Logf("lines as recorded: %d, safer by default: %d", same, differ)
}

// explained reports whether refusing with this class is what a version does, or what the line's own option
// asks for. Where the file has no line of the other version, that version's option says what it does.
func explained(t *testing.T, l *vectorLine, group []*vectorLine, got verdict) bool {
	if len(group) == 1 && l.version() > 0 {
		other := []bincode.Option{bincode.Compat2(), bincode.Compat1()}[l.version()-1]
		if v, err := judge(t, l, append(lineOptions(t, l, false), other)); err == nil && v == got {
			return true
		}
	}
	for _, other := range group {
		if other.want() == got {
			return true
		}
	}
	return got.class == "trailing" && l.Options.Trailing == "reject" || got.class == "limit" && l.Options.Limit != nil
}

// reason says why the versions differ.
func reason(l *vectorLine, got verdict) string {
	switch {
	case got.class == "int-range":
		return "a varint wider than its field is refused even where the value fits"
	case got.class == "trailing":
		return "bytes after the value are refused when asked for, from whatever input"
	case got.class == "limit" && l.version() == 1:
		return "a limit also counts chars, full integer widths and the memory of containers in advance, as version 2 does"
	case got.class == "limit":
		return "a limit also counts the bytes of the wire, as version 1 does"
	case got.class == "eof":
		return "a char cut short is a short input"
	}
	return "the other version refuses it"
}

// TestVectorsRefusedInEncodingAreRefused runs every encode-reject line.
func TestVectorsRefusedInEncodingAreRefused(t *testing.T) {
	ran := 0
	for _, l := range readVectors(t) {
		if l.Kind != "encode-reject" {
			continue
		}
		ran++
		m, typ := makeType(l.Type.Schema, true)
		f := bincode.New(append(lineOptions(t, l, false), m.options()...)...)
		v := reflect.New(typ)
		m.set(v.Elem(), l.Type.Schema, l.Value)
		dst := []byte("kept")
		got, err := f.Append(dst, v.Interface())
		var e *bincode.Error
		if !errors.As(err, &e) || string(e.Class) != l.Error.Class || string(got) != "kept" {
			t.Errorf("%s: %q, %v, want %s", l.Name, got, err, l.Error.Class)
		}
	}
	t.Logf("encode-reject lines: %d run", ran)
}

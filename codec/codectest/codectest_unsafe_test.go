package codectest_test

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/shmring/ipc/codec/codectest"
)

// sealed is a correct little codec, but for the one promise that broken names: a length byte, the
// text, a sum.
type sealed struct{ broken string }

var errBad = errors.New("sealed: bad")

func (sealed) Name() string { return "sealed" }

func (s sealed) Size(v *string) (int, error) {
	if len(*v) > 255 {
		return 0, errBad
	}
	if s.broken == "Size is the length" {
		return len(*v), nil
	}
	return len(*v) + 2, nil
}

func (s sealed) Append(dst []byte, v *string) ([]byte, error) {
	if len(*v) > 255 {
		if s.broken == "Append gives dst back" {
			return nil, errBad
		}
		return dst, errBad
	}
	if s.broken == "Append fills exact room" {
		dst = slices.Clone(dst)
	}
	return append(append(append(dst, byte(len(*v))), *v...), sum([]byte(*v))), nil
}

func sum(b []byte) (n byte) {
	n = byte(len(b)) ^ 0x5a
	for _, x := range b {
		n += x
	}
	return n
}

func (s sealed) decode(src []byte) ([]byte, error) {
	short := s.broken == "Decode of every truncation" && len(src) > 0
	if short {
		return src[1:], nil
	}
	if len(src) < 2 || len(src) != int(src[0])+2 || sum(src[1:len(src)-1]) != src[len(src)-1] {
		return nil, errBad
	}
	return src[1 : len(src)-1], nil
}

func (s sealed) Decode(src []byte, v *string) error {
	b, err := s.decode(src)
	switch {
	case err != nil && s.broken == "Decode of any flipped byte":
		*v = "half"
	case err == nil && s.broken == "Decode gives back":
		*v += string(b)
	case err == nil && s.broken == "Decode aliases nothing":
		return s.DecodeBorrow(src, v)
	case err == nil:
		*v = string(b)
	}
	return err
}

func (s sealed) DecodeBorrow(src []byte, v *string) error {
	b, err := s.decode(src)
	if err == nil {
		// SAFETY: the suite keeps src alive and unchanged for as long as it expects *v to hold.
		*v = unsafe.String(unsafe.SliceData(b), len(b))
	}
	return err
}

func run(t *testing.T, c sealed) {
	codectest.Run(t, c, codectest.Case[string]{
		Values: []string{"", "text", "longer text"}, Bad: []string{strings.Repeat("x", 256)}, Borrows: true,
	})
}

func TestACorrectCodecPasses(t *testing.T) { run(t, sealed{}) }

// brokenEnv names the promise that TestBroken breaks when another test starts it as a process.
const brokenEnv = "CODECTEST_BROKEN"

func TestBroken(t *testing.T) {
	if promise := os.Getenv(brokenEnv); promise != "" {
		run(t, sealed{broken: promise})
	}
}

func TestEachBrokenPromiseIsCaught(t *testing.T) {
	for _, promise := range []string{
		"Decode gives back", "Size is the length", "Append fills exact room", "Append gives dst back",
		"Decode of every truncation", "Decode of any flipped byte", "Decode aliases nothing",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBroken$")
		cmd.Env = append(os.Environ(), brokenEnv+"="+promise)
		out, err := cmd.CombinedOutput()
		want := "--- FAIL: TestBroken/" + strings.ReplaceAll(promise, " ", "_")
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", promise, err, out)
		}
	}
}

func TestAlikeTellsApartAllButNilAndEmpty(t *testing.T) {
	type v struct {
		S []int
		M map[string][]byte
		P *v
		A any
		F float64
	}
	base := v{S: []int{1}, M: map[string][]byte{"k": {1}}, P: &v{}, A: "x"}
	if !codectest.Alike(v{}, v{S: []int{}, M: map[string][]byte{}}) || !codectest.Alike(base, base) {
		t.Error("nil and empty, or a value and itself, are not alike")
	}
	for name, other := range map[string]v{
		"element": {S: []int{2}, M: base.M, P: base.P, A: "x"}, "length": {M: base.M, P: base.P, A: "x"},
		"map value": {S: base.S, M: map[string][]byte{"k": {2}}, P: base.P, A: "x"},
		"map key":   {S: base.S, M: map[string][]byte{"j": {1}}, P: base.P, A: "x"},
		"pointer":   {S: base.S, M: base.M, A: "x"}, "behind pointer": {S: base.S, M: base.M, P: &v{F: 1}, A: "x"},
		"any": {S: base.S, M: base.M, P: base.P, A: 1}, "nil any": {S: base.S, M: base.M, P: base.P},
	} {
		if codectest.Alike(base, other) {
			t.Errorf("alike in spite of %s", name)
		}
	}
}

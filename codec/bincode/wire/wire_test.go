package wire

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextIsCopiedAndJudgedAtEveryLengthAndPlace(t *testing.T) {
	for n := range 70 {
		for bad := -1; bad < n; bad++ {
			for _, c := range []string{"\xff", "é"} {
				s := strings.Repeat("a", n)
				if bad >= 0 {
					s = s[:bad] + c + s[bad:]
				}
				dst := make([]byte, len(s))
				want := utf8.ValidString(s)
				if got := PutText(dst, s); got != want || string(dst) != s {
					t.Fatalf("PutText(%q): %v %q", s, got, dst)
				}
				if got := ValidText([]byte(s)); got != want {
					t.Fatalf("ValidText(%q): %v", s, got)
				}
			}
		}
	}
}

func TestFieldNamesAreInSnakeCase(t *testing.T) {
	for name, want := range map[string]string{
		"Price": "price", "DataLength": "data_length", "ID": "id", "HTTPPort": "http_port", "OwnerPID": "owner_pid",
		"X": "x", "A1": "a1", "Already_Snake": "already_snake", "ÉtatInitial": "état_initial",
	} {
		if got := FieldName(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestErrorsBuildTheirPathFromInside(t *testing.T) {
	cause := errors.New("cause")
	e := &Error{Op: "decode", Offset: 17, Class: ErrEOF, Detail: "need 4 bytes, have 1", Err: cause}
	e.Field("price").Index(3).Field("orders").Field("").In("Book").In("Other")
	if want := "bincode: decode Book: orders[3].price: eof at byte 17: need 4 bytes, have 1: cause"; e.Error() != want {
		t.Errorf("%q, want %q", e, want)
	}
	if !errors.Is(e, ErrEOF) || !errors.Is(e, io.ErrUnexpectedEOF) || !errors.Is(e, cause) || errors.Is(e, ErrBool) {
		t.Error("the error matches the wrong things")
	}
	if got := (&Error{}).Index(2).Index(1).Path; got != "[1][2]" {
		t.Error(got)
	}
}

func TestCopiesNeverGoToMemoryWithoutSpareCapacity(t *testing.T) {
	lent := []byte("lent")[:4:4]
	if got := Renew(lent, []byte("new")); string(got) != "new" || string(lent) != "lent" || cap(got) == len(got) {
		t.Errorf("%q %q %d", got, lent, cap(got))
	}
	if got := Renew([]byte("kept")[:2:4], []byte("new")); string(got) != "new" || cap(got) != 4 {
		t.Errorf("%q %d", got, cap(got))
	}
	if got := Empty(lent); got != nil {
		t.Errorf("%q", got)
	}
}

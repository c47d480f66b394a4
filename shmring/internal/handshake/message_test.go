package handshake

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTheFieldsLieWhereThePictureHasThem(t *testing.T) {
	m := Message{
		Version: Version, Kind: Reply, Transport: Ring, Refusal: RefusedUser,
		Capacity: 1 << 20, MaxMessage: 1 << 26, Schema: 1 << 40, Reason: "because",
	}
	b := m.Encode()
	if len(b) != MessageSize || string(b[:8]) != "shmrconn" || string(b[64:71]) != "because" {
		t.Errorf("%d bytes: %q … %q", len(b), b[:8], b[64:71])
	}
	word := binary.BigEndian
	if word.Uint16(b[8:]) != 1 || b[10] != 2 || b[11] != 2 || b[12] != 3 || word.Uint64(b[16:]) != 1<<20 ||
		word.Uint64(b[24:]) != 1<<26 || word.Uint64(b[32:]) != 1<<40 || word.Uint16(b[62:]) != 7 {
		t.Errorf("% x", b[:64])
	}
	for i, x := range b {
		if (i == 13 || i > 13 && i < 16 || i >= 40 && i < 62 || i >= 71) && x != 0 {
			t.Errorf("reserved byte %d is %d", i, x)
		}
	}
	if got, err := Parse(b, Reply); err != nil || got != m {
		t.Errorf("got %+v, %v; want %+v", got, err, m)
	}
}

func TestAReasonThatIsTooLongIsCutBetweenCharacters(t *testing.T) {
	m := Message{Version: Version, Kind: Request, MaxMessage: 1, Reason: "x\xff" + strings.Repeat("é", 200)}
	got, err := Parse(m.Encode(), Request)
	if err != nil || !utf8.ValidString(got.Reason) || len(got.Reason) != maxReason || !strings.HasPrefix(m.Reason, "x") {
		t.Errorf("got a reason of %d bytes, %q, %v", len(got.Reason), got.Reason, err)
	}
}

func TestForeignBytesAreRefused(t *testing.T) {
	request := func() []byte {
		m := Message{Version: Version, Kind: Request, Transport: Ring, MaxMessage: 1 << 20}
		return m.Encode()
	}
	with := func(at int, v ...byte) []byte {
		b := request()
		copy(b[at:], v)
		return b
	}
	for name, b := range map[string][]byte{
		"nothing":              nil,
		"half a message":       request()[:100],
		"another magic":        with(0, 'G', 'E', 'T'),
		"another kind":         with(10, byte(Confirmation)),
		"an unknown transport": with(11, 3),
		"a reason too long":    with(62, 0, maxReason+1),
		"no largest message":   with(24, make([]byte, 8)...),
	} {
		if _, err := Parse(b, Request); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: got %v, want ErrProtocol", name, err)
		}
	}
	for _, v := range []uint16{0, 2, 0x100} {
		b := request()
		binary.BigEndian.PutUint16(b[8:], v)
		b[10] = 200 // another version may mean something by it
		var version *VersionError
		if _, err := Parse(b, Request); !errors.As(err, &version) || version.Peer != v {
			t.Errorf("version %d: got %v", v, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range []Message{
		{Version: Version, Kind: Request, Transport: Ring, MaxMessage: 1 << 20, Reason: "why"},
		{Version: Version, Kind: Reply, Transport: Ring, Capacity: 1 << 20, MaxMessage: 1},
		{Version: 2},
	} {
		f.Add(m.Encode(), byte(m.Kind))
	}
	f.Add([]byte(nil), byte(0))
	f.Fuzz(func(t *testing.T, b []byte, kind byte) {
		m, err := Parse(b, Kind(kind))
		if err != nil {
			var version *VersionError
			if !errors.Is(err, ErrProtocol) && !errors.As(err, &version) {
				t.Errorf("an error without a kind: %v", err)
			}
			return
		}
		if again, err := Parse(m.Encode(), Kind(kind)); err != nil || again != m && utf8.ValidString(m.Reason) && len(m.Reason) <= maxReason {
			t.Errorf("got %+v, %v after encoding %+v", again, err, m)
		}
	})
}

package frame_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/shmring/ipc/frame"
)

func msg(body string, parts ...string) frame.Message {
	m := frame.Message{Body: []byte(body)}
	for _, p := range parts {
		m.Parts = append(m.Parts, []byte(p))
	}
	return m
}

func equal(a, b frame.Message) bool {
	if !bytes.Equal(a.Body, b.Body) || len(a.Parts) != len(b.Parts) {
		return false
	}
	for i := range a.Parts {
		if !bytes.Equal(a.Parts[i], b.Parts[i]) {
			return false
		}
	}
	return true
}

// shapes are messages of every form: empty, without parts, with empty parts, short and long.
func shapes() map[string]frame.Message {
	return map[string]frame.Message{
		"empty":             {},
		"body":              msg("hello"),
		"part without body": msg("", "x"),
		"empty parts":       msg("b", "", "", ""),
		"several":           msg("body", "one", "", "three"),
		"long":              msg("head", string(bytes.Repeat([]byte("part "), 5000)), "tail"),
		"long body":         msg(string(bytes.Repeat([]byte("body"), 30000)), "tail"),
	}
}

func TestAFrameIsTheBytesOfTheSpecification(t *testing.T) {
	want := []byte("\x00\x00\x00\x00\x00\x00\x00\x1f" + // 8+2 + 8+5 + 8+0 bytes after itself
		"\x00\x00\x00\x00\x00\x00\x00\x02hi" +
		"\x00\x00\x00\x00\x00\x00\x00\x05abcde" +
		"\x00\x00\x00\x00\x00\x00\x00\x00")
	if got := msg("hi", "abcde", "").AppendTo(nil); !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
	if got, want := (frame.Message{}).AppendTo(nil), []byte{15: 0, 7: 8}; !bytes.Equal(got, want) {
		t.Errorf("empty message: got %x, want %x", got, want)
	}
}

func TestEveryFormOfAFrameIsTheSameBytes(t *testing.T) {
	for name, m := range shapes() {
		t.Run(name, func(t *testing.T) {
			flat := m.AppendTo(nil)
			if len(flat) != m.Size() {
				t.Errorf("Size is %d, AppendTo added %d", m.Size(), len(flat))
			}
			if got := bytes.Join(m.Buffers(), nil); !bytes.Equal(got, flat) {
				t.Errorf("Buffers joined differ from AppendTo")
			}
			if total := binary.BigEndian.Uint64(flat); total != uint64(len(flat)-8) {
				t.Errorf("total is %d of %d bytes", total, len(flat))
			}
			got, err := frame.Parse(flat[8:])
			if err != nil || !equal(got, m) {
				t.Errorf("Parse: %v, equal %t", err, equal(got, m))
			}
		})
	}
}

func TestBuffersReferenceTheMessage(t *testing.T) {
	m := msg("body", "one", "two")
	bufs := m.Buffers()
	for _, want := range append([][]byte{m.Body}, m.Parts...) {
		found := false
		for _, b := range bufs {
			found = found || len(b) > 0 && &b[0] == &want[0]
		}
		if !found {
			t.Errorf("%q was copied", want)
		}
	}
	if _, err := bufs.WriteTo(&bytes.Buffer{}); err != nil || len(m.Parts) != 2 {
		t.Errorf("writing the buffers: %v, %d parts left in the message", err, len(m.Parts))
	}
}

func TestParseSlicesThePayloadAndClampsCapacities(t *testing.T) {
	payload := msg("body", "one", "two").AppendTo(nil)[8:]
	m, err := frame.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	if &m.Body[0] != &payload[8] || &m.Parts[0][0] != &payload[8+4+8] || &m.Parts[1][0] != &payload[8+4+8+3+8] {
		t.Error("Parse copied")
	}
	for _, b := range append([][]byte{m.Body}, m.Parts...) {
		if cap(b) != len(b) {
			t.Errorf("%q has capacity %d: an append would reach what follows", b, cap(b))
		}
	}
}

func TestCloneSharesNoMemory(t *testing.T) {
	m := msg("body", "one", "")
	c := m.Clone()
	m.Body[0], m.Parts[0][0] = 'X', 'X'
	if !equal(c, msg("body", "one", "")) {
		t.Errorf("the clone changed with its origin: %q", c)
	}
}

// payload builds a payload of raw lengths and bytes.
func payload(pieces ...any) []byte {
	var b []byte
	for _, p := range pieces {
		switch p := p.(type) {
		case int:
			b = binary.BigEndian.AppendUint64(b, uint64(p))
		case uint64:
			b = binary.BigEndian.AppendUint64(b, p)
		case string:
			b = append(b, p...)
		}
	}
	return b
}

func TestParseRefusesLengthsThatContradictThePayload(t *testing.T) {
	for name, c := range map[string]struct {
		payload []byte
		want    frame.ParseError
	}{
		"nothing":                 {nil, frame.ParseError{Part: -1, Size: 8, Length: true}},
		"half a body length":      {make([]byte, 7), frame.ParseError{Part: -1, Size: 8, Left: 7, Length: true}},
		"body beyond the frame":   {payload(4, "abc"), frame.ParseError{Part: -1, Offset: 8, Size: 4, Left: 3}},
		"body of 2^63":            {payload(uint64(1)<<63, "abc"), frame.ParseError{Part: -1, Offset: 8, Size: 1 << 63, Left: 3}},
		"body of 2^64-1":          {payload(uint64(math.MaxUint64)), frame.ParseError{Part: -1, Offset: 8, Size: math.MaxUint64}},
		"body of 2^64-8":          {payload(uint64(math.MaxUint64-7), "abc"), frame.ParseError{Part: -1, Offset: 8, Size: math.MaxUint64 - 7, Left: 3}},
		"half a part length":      {payload(1, "a", "\x00\x00"), frame.ParseError{Part: 0, Offset: 9, Size: 8, Left: 2, Length: true}},
		"part beyond the frame":   {payload(1, "a", 0, 2, "x"), frame.ParseError{Part: 1, Offset: 25, Size: 2, Left: 1}},
		"part of 2^63":            {payload(0, uint64(1)<<63), frame.ParseError{Part: 0, Offset: 16, Size: 1 << 63}},
		"part of 2^64-1":          {payload(0, uint64(math.MaxUint64), "xy"), frame.ParseError{Part: 0, Offset: 16, Size: math.MaxUint64, Left: 2}},
		"one byte after the last": {payload(0, 1, "x", "y"), frame.ParseError{Part: 1, Offset: 17, Size: 8, Left: 1, Length: true}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := frame.Parse(c.payload)
			var got *frame.ParseError
			if !errors.As(err, &got) || *got != c.want || !errors.Is(err, frame.ErrMalformed) {
				t.Errorf("got %+v (%v), want %+v", got, err, c.want)
			}
			if m.Body != nil || m.Parts != nil {
				t.Errorf("a message came with the error: %q", m)
			}
		})
	}
}

func TestAppendToUsesTheCapacityItIsGiven(t *testing.T) {
	m := msg("body", "one", "two")
	dst := make([]byte, 3, 3+m.Size())
	if n := testing.AllocsPerRun(100, func() { m.AppendTo(dst) }); n != 0 {
		t.Errorf("%v allocations into a buffer that is large enough", n)
	}
}

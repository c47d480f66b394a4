package bincode

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
)

// twice is p without the way of one pass.
func twice(p *program) *program {
	q := *p
	q.onePass, q.steps = false, append([]step(nil), p.steps...)
	for i := range q.steps {
		if q.steps[i].elem != nil {
			q.steps[i].elem = twice(q.steps[i].elem)
		}
	}
	return &q
}

// TestOnePassWritesWhatTwoPassesDo holds both against each other where the wire differs from memory, on random types and
// values, slices of them, and with every lack of room.
func TestOnePassWritesWhatTwoPassesDo(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for _, opts := range [][]Option{{Varint()}, {BigEndian()}, {Varint(), BigEndian()}} {
		f := New(opts...)
		onePass, refused := 0, 0
		for range 1000 {
			typ, count := randomStruct(random), 1
			if random.IntN(3) == 0 {
				count = random.IntN(4)
				typ = reflect.SliceOf(typ)
			}
			p, err := f.inline.of(typ, &f.inline.config)
			if err != nil {
				t.Fatal(err)
			}
			if p.onePass {
				onePass++
			}
			v := filled(typ, count, random)
			e := newEncoder(&f.inline.config, f.depth)
			want, wantErr := e.append([]byte("start"), twice(p), v.UnsafePointer(), typ)
			if wantErr != nil {
				refused++
			}
			for range 4 {
				room := bytes.Repeat([]byte{'?'}, len(want)+20)
				copy(room, "start")
				spare := random.IntN(len(want)-5+20) + 5
				if random.IntN(2) == 0 {
					spare = len(want)
				}
				got, err := f.Append(room[:5:spare], v.Interface())
				if !sameError(err, wantErr) || !bytes.Equal(got, want) {
					t.Fatalf("%v: got %x, %v; want %x, %v", typ, got, err, want, wantErr)
				}
				if bytes.Trim(room[spare:], "?") != nil {
					t.Fatalf("%v: written behind the capacity: %q", typ, room[spare:])
				}
			}
		}
		if onePass < 900 || refused == 0 {
			t.Errorf("only %d of the types are encoded in one pass, %d values were refused", onePass, refused)
		}
	}
}

package bincode

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// pieces are what the types of these tests are made of.
var pieces = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[uint8](), reflect.TypeFor[int16](), reflect.TypeFor[uint32](),
	reflect.TypeFor[uint64](), reflect.TypeFor[float64](), reflect.TypeFor[[3]uint8](), reflect.TypeFor[[5]uint8](),
	reflect.TypeFor[[13]uint8](), reflect.TypeFor[[43]uint8](), reflect.TypeFor[[200]uint8](), reflect.TypeFor[[9]bool](),
	reflect.TypeFor[string](), reflect.TypeFor[string](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](),
	reflect.TypeFor[struct{}](),
}

func randomStruct(random *rand.Rand) reflect.Type {
	var fields []reflect.StructField
	for range random.IntN(9) {
		name := "F" + string(rune('a'+len(fields)))
		fields = append(fields, reflect.StructField{Name: name, Type: pieces[random.IntN(len(pieces))]})
	}
	return reflect.StructOf(fields)
}

// filled returns a pointer to a random value; one of a slice type has count elements.
func filled(typ reflect.Type, count int, random *rand.Rand) reflect.Value {
	v := reflect.New(typ)
	if typ.Kind() != reflect.Slice {
		fill(v.Elem(), random)
		return v
	}
	v.Elem().Set(reflect.MakeSlice(typ, count, count))
	for i := range count {
		fill(v.Elem().Index(i), random)
	}
	return v
}

func fill(v reflect.Value, random *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), random)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), random)
		}
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 1)
	case reflect.String:
		letters := []byte(strings.Repeat("x", random.IntN(45)))
		if random.IntN(8) == 0 {
			letters = bytes.Repeat([]byte("ä"), random.IntN(140))
		}
		if len(letters) > 0 && random.IntN(40) == 0 {
			letters[random.IntN(len(letters))] = 0xff
		}
		v.SetString(string(letters))
	case reflect.Slice:
		v.SetBytes(make([]byte, random.IntN(45)))
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(random.Uint32() & 0xff))
		}
	case reflect.Float64:
		v.SetFloat(random.NormFloat64())
	case reflect.Int16:
		v.SetInt(int64(int16(random.Uint32())))
	default:
		v.SetUint(random.Uint64() & (1<<v.Type().Bits() - 1))
	}
}

// slowly is p without the fast form.
func slowly(p *program) *program {
	q := *p
	q.simple, q.bulk, q.steps = false, nil, append([]step(nil), p.steps...)
	for i := range q.steps {
		if q.steps[i].elem != nil {
			q.steps[i].elem = slowly(q.steps[i].elem)
		}
	}
	return &q
}

// TestTheQuickFormDoesWhatTheStepsDo holds both against each other, on random types and values, on slices of them,
// and on what is left of their bytes after cuts and changes.
func TestTheQuickFormDoesWhatTheStepsDo(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	f := New()
	fast, chained, refused := 0, 0, 0
	for range 3000 {
		typ, count := randomStruct(random), 1
		if random.IntN(3) == 0 {
			count = random.IntN(6)
			typ = reflect.SliceOf(typ)
		}
		p, err := f.inline.of(typ, &f.inline.config)
		if err != nil {
			t.Fatal(err)
		}
		if p.simple || p.bulk != nil {
			fast++
		}
		if p.bulk != nil && p.bulk.chained != nil && count > 1 {
			chained++
		}
		v := filled(typ, count, random)
		e := newEncoder(&f.inline.config, f.depth)
		want, wantErr := e.append([]byte("start"), slowly(p), v.UnsafePointer(), typ)
		room := bytes.Repeat([]byte{'?'}, len(want)+40)
		copy(room, "start")
		for _, spare := range []int{0, 40} {
			got, err := f.Append(room[:5:len(want)+spare], v.Interface())
			if !sameError(err, wantErr) || !bytes.Equal(got, want) {
				t.Fatalf("%v: got %x, %v; want %x, %v", typ, got, err, want, wantErr)
			}
			if wantErr == nil && strings.Trim(string(room[len(want):]), "?") != "" {
				t.Fatalf("%v: written behind the end: %q", typ, room[len(want):])
			}
		}
		if wantErr != nil {
			refused++
			continue
		}
		src := want[5:]
		for range 12 {
			decodeBoth(t, f, p, typ, src, random.IntN(2) == 0)
			src = append([]byte(nil), want[5:]...)
			if len(src) == 0 {
				break
			}
			src[random.IntN(len(src))] ^= 1 << random.IntN(8)
			if random.IntN(3) == 0 {
				src = append([]byte(nil), want[5:5+random.IntN(len(src))]...)
			}
		}
	}
	if fast < 2400 || chained < 20 || refused == 0 {
		t.Fatalf("only %d of the types have a fast form, %d slices a chained one; %d values were refused", fast, chained, refused)
	}
}

func decodeBoth(t *testing.T, f *Format, p *program, typ reflect.Type, src []byte, borrow bool) {
	t.Helper()
	want, got := reflect.New(typ), reflect.New(typ)
	d := newDecoder(&f.inline.config, f.depth, src)
	d.borrow = borrow
	wantN, wantErr := d.run(slowly(p), want.UnsafePointer(), typ)
	gotN, err := f.decode(src, got.Interface(), borrow, false)
	if gotN != wantN || !sameError(err, wantErr) || !sameMemory(got.Elem(), want.Elem()) {
		t.Fatalf("%v from %x: got %v, %d bytes, %v; want %v, %d bytes, %v", typ, src, got.Elem(), gotN, err, want.Elem(), wantN, wantErr)
	}
}

// sameMemory is equality where NaN equals itself: what the bytes are that both would encode to.
func sameMemory(a, b reflect.Value) bool {
	x, xErr := Marshal(a.Interface())
	y, yErr := Marshal(b.Interface())
	return bytes.Equal(x, y) && sameError(xErr, yErr)
}

func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Error() == b.Error()
}

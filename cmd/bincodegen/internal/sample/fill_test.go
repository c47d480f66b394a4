package sample

import (
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

// filler makes random values. Now and then one of them has no wire form.
type filler struct {
	*rand.Rand
	faults bool
}

func (f *filler) odd(n int) bool { return f.faults && f.IntN(n) == 0 }

var letters = []string{"a", "z", "é", "世", "\x00", "word", "a text of some more bytes than thirty-two, ", " ", "\U0001f600"}

func (f *filler) text() string {
	s := ""
	for range f.IntN(6) * f.IntN(4) {
		s += letters[f.IntN(len(letters))]
	}
	if f.odd(60) {
		s += "\xff"
	}
	return s
}

func (f *filler) addr(six bool) netip.Addr {
	switch {
	case f.odd(40):
		return netip.Addr{}
	case f.odd(40):
		return netip.MustParseAddr("fe80::1%eth0")
	case six:
		return netip.AddrFrom16([16]byte{byte(f.IntN(256)), 15: 1})
	}
	return netip.AddrFrom4([4]byte{byte(f.IntN(256)), 1, 2, 3})
}

// known fills the types that reflection cannot.
func (f *filler) known(p any, tag string, depth int) bool {
	six := tag == "ipv6" || tag != "ipv4" && f.IntN(2) == 0
	switch p := p.(type) {
	case *netip.Addr:
		*p = f.addr(six)
	case *netip.AddrPort:
		*p = netip.AddrPortFrom(f.addr(six), uint16(f.IntN(1<<16)))
	case *time.Time:
		*p = time.Unix(f.Int64N(1<<40), f.Int64N(1e9)).UTC()
		if f.odd(30) {
			*p = time.Time{}
		}
	case *time.Duration:
		*p = time.Duration(f.Int64())
		if f.odd(20) {
			*p = -*p
		}
	case *bincode.Duration:
		*p = bincode.Duration{Secs: f.Uint64(), Nanos: f.Uint32N(1e9)}
		if f.odd(20) {
			p.Nanos = 1e9
		}
	case **big.Int:
		*p = nil
		if f.IntN(4) > 0 {
			*p = new(big.Int)
			f.known(*p, tag, depth)
		}
	case *big.Int:
		p.SetUint64(f.Uint64())
		p.Lsh(p, uint(f.IntN(60)))
		if tag != "u128" && f.IntN(2) == 0 || f.odd(40) {
			p.Neg(p)
		}
		if f.odd(40) {
			p.Lsh(p, 70)
		}
	case *bincode.Char:
		*p = bincode.Char([]rune("aé世\U0001f600")[f.IntN(4)])
		if f.odd(20) {
			*p = 0xd800
		}
	case *Blob:
		p.text = f.text()
	case *Percent:
		*p = Percent(f.IntN(101))
	default:
		return false
	}
	return true
}

// fill stores a random value to v, which belongs to a field with that tag.
func (f *filler) fill(v reflect.Value, tag string, depth int) {
	if v.CanAddr() && f.known(v.Addr().Interface(), tag, depth) {
		return
	}
	if e, ok := v.Interface().(bincode.Enum); ok {
		v.SetUint(f.below(uint64(e.BincodeVariants())))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(f.integer(tag))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.integer(tag)) >> (64 - v.Type().Bits()))
		if tag == "nonzero" && !f.odd(10) {
			v.SetUint(1)
		}
	case reflect.Float32, reflect.Float64:
		v.SetFloat(f.NormFloat64())
	case reflect.String:
		v.SetString(f.text())
	case reflect.Slice:
		n := f.count(depth)
		if n == 0 && f.IntN(2) == 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n+f.IntN(3)))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), "", depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.count(depth) * 3 {
			key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key, "", depth+1)
			f.fill(val, "", depth+1)
			v.SetMapIndex(key, val)
		}
	case reflect.Pointer:
		f.pointer(v, tag, depth)
	case reflect.Struct:
		f.structure(v, depth)
	}
}

func (f *filler) count(depth int) int {
	return f.IntN(max(5-2*depth, 1) + depth%2)
}

// below is a number below n, or a little more.
func (f *filler) below(n uint64) uint64 {
	if f.odd(20) {
		return n
	}
	return f.Uint64N(n)
}

// integer is a number of any size, or what the tag allows.
func (f *filler) integer(tag string) int64 {
	switch {
	case tag == "char":
		return int64(f.below(0xd800))
	case tag == "nonzero" && !f.odd(10):
		return int64(f.IntN(127)) + 1
	case strings.HasPrefix(tag, "enum="):
		n, err := strconv.ParseUint(tag[5:], 10, 64)
		if err != nil {
			panic(err)
		}
		return int64(f.below(n)) & 0x7f
	}
	return int64(f.Uint64())
}

func (f *filler) pointer(v reflect.Value, tag string, depth int) {
	v.SetZero()
	some := f.IntN(3) > 0 && depth < 12
	if tag == "box" {
		some = !f.odd(30)
	}
	if some {
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), "", depth+1)
	}
}

func (f *filler) structure(v reflect.Value, depth int) {
	t := v.Type()
	if t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[bincode.Union]() {
		v.SetZero()
		for n := 1; n > 0 || f.odd(20); n-- {
			p := v.Field(1 + f.IntN(t.NumField()-1))
			p.Set(reflect.New(p.Type().Elem()))
			f.fill(p.Elem(), "", depth+1)
		}
		if f.odd(30) {
			v.SetZero()
		}
		return
	}
	for i := range t.NumField() {
		if field := t.Field(i); field.IsExported() {
			tag := field.Tag.Get("bincode")
			if field.Name == "Value" && t.NumField() == 1 {
				tag = "nonzero"
			}
			f.fill(v.Field(i), tag, depth)
		} else if field.Anonymous {
			f.header(v)
		}
	}
	if line, ok := v.Addr().Interface().(*Line); ok && !f.odd(10) {
		line.Name += "x"
	}
	switch flag := v.FieldByName("Some"); {
	case flag.IsValid() && !flag.Bool():
		v.SetZero()
	}
	switch flag := v.FieldByName("Failed"); {
	case flag.IsValid() && flag.Bool():
		v.Field(0).SetZero()
	case flag.IsValid():
		v.Field(1).SetZero()
	}
}

// header fills what is embedded without being exported.
func (f *filler) header(v reflect.Value) {
	if texts, ok := v.Addr().Interface().(*Texts); ok {
		texts.Version = uint16(f.Uint32())
	}
}

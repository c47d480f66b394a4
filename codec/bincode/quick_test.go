package bincode

import (
	"encoding/hex"
	"github.com/shmring/ipc/codec"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

type qMeta struct {
	ID                uint64
	From, To          uint32
	Kind              uint16
	Flags             uint8
	TS                uint64
	Topic, Source, CT string
}
type qAll struct {
	A bool
	B []qMeta
	C map[string]int
	D *uint32
	E Opt[string]
	F Result[int32, string]
	G time.Duration
	H time.Time
	I netip.Addr
	J *big.Int
	K [3]string
	L [2]bool
	M []float32
	N map[int16]struct{}
	O codec.Part
	P [][]codec.Part
	Q int
	R Char
	S Uint128
	T Int128
	U *qAll
}

func TestQuick(t *testing.T) {
	d := uint32(7)
	v := qAll{true, []qMeta{{1, 2, 3, 4, 5, 6, "topic", "source", "ct"}, {Topic: "x"}}, map[string]int{"b": 2, "a": -1}, &d, Some("hé"), Err[int32]("bad"), time.Second*3 + 5, time.Unix(99, 7).UTC(),
		netip.MustParseAddr("::1"), big.NewInt(-5), [3]string{"p", "q", ""}, [2]bool{true, false}, []float32{1, 2.5}, map[int16]struct{}{-3: {}, 2: {}}, codec.Part("part"), [][]codec.Part{{codec.Part("x")}}, -9, 'é', Uint128{1, 2}, Int128{5, -1}, nil}
	w := v
	v.U = &w
	for _, o := range [][]Option{{}, {Varint()}, {BigEndian()}, {Varint(), BigEndian()}} {
		f := New(o...)
		b, err := f.Marshal(&v)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := f.Size(&v)
		var got qAll
		if err := f.Unmarshal(b, &got); err != nil {
			t.Fatal(err, hex.EncodeToString(b))
		}
		if n != len(b) || !reflect.DeepEqual(got, v) {
			t.Errorf("%d %d\n%+v\n%+v", n, len(b), got, v)
		}
		for i := range b {
			var x qAll
			if err := f.Unmarshal(b[:i], &x); err == nil {
				t.Error(i)
			}
		}
		body, parts, err := f.AppendParts(nil, nil, &v)
		if err != nil || len(parts) != 4 {
			t.Fatal(err, len(parts))
		}
		var p qAll
		if err := f.UnmarshalParts(body, parts, &p); err != nil || !reflect.DeepEqual(p, v) {
			t.Fatal(err)
		}
		t.Log(f.UnmarshalParts(body, parts[1:], &p), f.UnmarshalParts(body, append(parts, nil), &p))
	}
}

var sink []byte

func BenchmarkQuickMeta(b *testing.B) {
	m := qMeta{1, 2, 3, 4, 5, 6, "telemetry/engine", "node-07.rack-3", "application/x-binc"}
	c := Of[qMeta]()
	buf, _ := c.Append(nil, &m)
	b.Run("enc", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink, _ = c.Append(buf[:0], &m)
		}
	})
	b.Run("dec", func(b *testing.B) {
		b.ReportAllocs()
		var x qMeta
		for b.Loop() {
			if err := c.Decode(buf, &x); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("borrow", func(b *testing.B) {
		b.ReportAllocs()
		var x qMeta
		for b.Loop() {
			if err := c.DecodeBorrow(buf, &x); err != nil {
				b.Fatal(err)
			}
		}
	})
}

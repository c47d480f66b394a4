package interop

import (
	"fmt"
	"time"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

// The records of the tests: record i is a function of i, here and in rust/src/records.rs.

type side uint8

func (side) BincodeVariants() uint32 { return 2 }

type tick struct {
	Seq      uint64
	Price    float64
	Quantity uint32
	Side     side
	Last     bool
}

type (
	status interface{ isStatus() }
	fresh  struct{}
	filled struct {
		Quantity uint32
		Price    float64
	}
	rejected struct{ Why string }
)

func (fresh) isStatus()    {}
func (filled) isStatus()   {}
func (rejected) isStatus() {}

type leg struct {
	Ratio int16
	Price float64
}

type order struct {
	Seq    uint64
	Symbol string
	Note   *string
	Legs   []leg
	Codes  [4]byte
	Limits map[string]int64
	Status status
}

type blob struct {
	Seq  uint64
	Data []byte
}

type sample struct {
	Seq    uint64
	Values []float32
	Took   time.Duration
	Total  bincode.Uint128
	Grade  bincode.Char
}

// The types of the records. Their versions are the same numbers.
const (
	tickType = 1 + iota
	orderType
	blobType
	sampleType
	types = iota
)

func orderCodec() codec.Codec[order] {
	return bincode.Of[order](bincode.Variants[status](fresh{}, filled{}, rejected{}))
}

// random is SplitMix64 (Steele, Lea, Flood 2014).
type random uint64

func (r *random) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (r *random) below(n uint64) uint64 { return r.next() % n }

func (r *random) float() float64 { return float64(r.next()>>11)/8 - 1e12 }

func (r *random) text(most uint64) string {
	letters := []rune("aZ7 é京🦀")
	out := []rune{}
	for range r.below(most + 1) {
		out = append(out, letters[r.below(7)])
	}
	return string(out)
}

// recordOf returns record i: a *tick, *order, *blob or *sample. Empty slices are nil, as decoding makes them.
func recordOf(i uint64) (kind uint16, value any) {
	r := random(i)
	kind = uint16(1 + r.below(types))
	switch kind {
	case tickType:
		return kind, &tick{i, r.float(), uint32(r.next()), side(r.below(2)), r.below(2) == 1}
	case orderType:
		return kind, orderOf(i, &r)
	case blobType:
		b := &blob{i, room[byte](r.below(700))}
		for j := range b.Data {
			b.Data[j] = byte(r.next())
		}
		return kind, b
	default:
		s := &sample{Seq: i, Values: room[float32](r.below(60))}
		for j := range s.Values {
			s.Values[j] = float32(r.next() >> 40)
		}
		seconds, nanos := r.next()>>31, r.below(1e9)
		s.Took = time.Duration(seconds)*time.Second + time.Duration(nanos)
		s.Total.Hi = r.next()
		s.Total.Lo = r.next()
		s.Grade = bincode.Char(0x20 + r.below(0xD000))
		return kind, s
	}
}

func orderOf(i uint64, r *random) *order {
	o := &order{Seq: i, Symbol: r.text(12), Limits: map[string]int64{}}
	if r.below(2) == 1 {
		note := r.text(40)
		o.Note = &note
	}
	o.Legs = room[leg](r.below(5))
	for j := range o.Legs {
		o.Legs[j] = leg{int16(r.next()), r.float()}
	}
	codes := uint32(r.next())
	o.Codes = [4]byte{byte(codes), byte(codes >> 8), byte(codes >> 16), byte(codes >> 24)}
	for j := range r.below(4) {
		key := fmt.Sprintf("%s%d", r.text(3), j)
		o.Limits[key] = int64(r.next())
	}
	switch r.below(3) {
	case 0:
		o.Status = fresh{}
	case 1:
		o.Status = filled{uint32(r.next()), r.float()}
	default:
		o.Status = rejected{r.text(20)}
	}
	return o
}

func room[T any](n uint64) []T {
	if n == 0 {
		return nil
	}
	return make([]T, n)
}

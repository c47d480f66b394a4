package shmring

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/json"
	"github.com/shmring/ipc/codec/tagged"
)

// Three editions of a quote, as three programs of different age have them. Each appends to the one before.
type (
	quote1 struct {
		ID     uint64
		Symbol string
	}
	quote2 struct {
		ID     uint64
		Symbol string
		Bid    float64
		Venues []string
	}
	quote3 struct {
		ID     uint64
		Symbol string
		Bid    float64
		Venues []string
		Level  uint8
		Note   *string
	}
)

// BincodeDefaults: quotes were always of level 1 before there were levels.
func (q *quote3) BincodeDefaults() { q.Level = 1 }

const quoteType = 7

// party is a program of one age: it sends what it has, and tells what it received in terms of the newest.
type party struct {
	send func(*Producer) error
	recv func(*Consumer) (v quote3, sender uint8, err error)
}

func partyOf[T any](version uint8, k codec.Codec[T], value T, newest func(T) quote3) party {
	return party{
		send: func(p *Producer) error {
			return NewSender(p, k, WithType(quoteType, version)).Send(ctx, &value)
		},
		recv: func(c *Consumer) (quote3, uint8, error) {
			r, v := NewReceiver(c, k, WithOnly(quoteType)), *new(T)
			err := r.Recv(ctx, &v)
			return newest(v), r.Last().Version, err
		},
	}
}

var (
	venues = []string{"XETR", "XNYS"}
	note   = "new"
	sent3  = quote3{41, "ACME", 12.5, venues, 3, &note}
)

// parties are the three programs with one format each; defaults says whether a missing level becomes 1.
func parties(format string) (all [3]party, defaults bool) {
	one := func(v quote1) quote3 { return quote3{ID: v.ID, Symbol: v.Symbol} }
	two := func(v quote2) quote3 { return quote3{ID: v.ID, Symbol: v.Symbol, Bid: v.Bid, Venues: v.Venues} }
	three := func(v quote3) quote3 { return v }
	v1, v2 := quote1{sent3.ID, sent3.Symbol}, quote2{sent3.ID, sent3.Symbol, sent3.Bid, sent3.Venues}
	switch format {
	case "json":
		return [3]party{partyOf(1, json.Of[quote1](), v1, one), partyOf(2, json.Of[quote2](), v2, two), partyOf(3, json.Of[quote3](), sent3, three)}, false
	case "tagged":
		return [3]party{partyOf(1, tagged.Of[quote1](), v1, one), partyOf(2, tagged.Of[quote2](), v2, two), partyOf(3, tagged.Of[quote3](), sent3, three)}, false
	case "bincode varint":
		a, v := bincode.AllowMissing(), bincode.Varint()
		return [3]party{partyOf(1, bincode.Of[quote1](a, v), v1, one), partyOf(2, bincode.Of[quote2](a, v), v2, two), partyOf(3, bincode.Of[quote3](a, v), sent3, three)}, true
	default:
		a := bincode.AllowMissing()
		return [3]party{partyOf(1, bincode.Of[quote1](a), v1, one), partyOf(2, bincode.Of[quote2](a), v2, two), partyOf(3, bincode.Of[quote3](a), sent3, three)}, true
	}
}

// sees is what a reader of one edition must make of a quote from a writer of another.
func sees(writer, reader int, defaults bool) quote3 {
	v := quote3{ID: sent3.ID, Symbol: sent3.Symbol}
	known := min(writer, reader)
	if known >= 2 {
		v.Bid, v.Venues = sent3.Bid, sent3.Venues
	}
	if known >= 3 {
		v.Level, v.Note = sent3.Level, sent3.Note
	} else if reader == 3 && defaults {
		v.Level = 1
	}
	return v
}

func TestEveryEditionReadsEveryOther(t *testing.T) {
	for _, format := range []string{"bincode", "bincode varint", "json", "tagged"} {
		all, defaults := parties(format)
		for writer := 1; writer <= 3; writer++ {
			for reader := 1; reader <= 3; reader++ {
				t.Run(fmt.Sprintf("%s/writer=%d/reader=%d", format, writer, reader), func(t *testing.T) {
					p, c := pair(t, heap(t))
					// A record of another type in front, which a program that knows quotes only skips.
					if err := p.SendRecord(ctx, Record{Payload: []byte("something new"), Type: quoteType + 1, Version: 1}); err != nil {
						t.Fatal(err)
					}
					if err := all[writer-1].send(p); err != nil {
						t.Fatal(err)
					}
					v, sender, err := all[reader-1].recv(c)
					if err != nil {
						t.Fatal(err)
					}
					equal(t, v, sees(writer, reader, defaults))
					equal(t, sender, uint8(writer))
				})
			}
		}
	}
}

func TestWithoutAllowMissingAnOlderEditionIsRefused(t *testing.T) {
	p, c := pair(t, heap(t))
	all, _ := parties("bincode")
	if err := all[0].send(p); err != nil {
		t.Fatal(err)
	}
	var v quote3
	err := NewReceiver(c, bincode.Of[quote3]()).Recv(ctx, &v)
	var bad *DecodeError
	if !errors.As(err, &bad) || bad.Type != quoteType || bad.Version != 1 || !errors.Is(err, bincode.ErrEOF) {
		t.Error(err)
	}
	equal(t, v, quote3{})
}

func TestARecordCutInsideAFieldIsRefusedByEveryEdition(t *testing.T) {
	b, err := bincode.Marshal(&sent3)
	if err != nil {
		t.Fatal(err)
	}
	k := bincode.Of[quote3](bincode.AllowMissing())
	whole := 0
	for n := range len(b) {
		var v quote3
		if err := k.Decode(b[:n], &v); err == nil {
			whole++
		} else {
			equal(t, v, quote3{})
		}
	}
	equal(t, whole, 5) // after each field but the last
}

package shmring_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/shmring"
)

type Quote struct {
	ID     uint64
	Symbol string
	Bid    float64
}

const TypeQuote = 1

func ExampleNewSender() {
	segment, err := shmring.Heap() // between processes: shmring.OpenOrCreate("quotes")
	if err != nil {
		panic(err)
	}
	defer segment.Close()
	p, err := segment.Producer()
	if err != nil {
		panic(err)
	}
	quotes := shmring.NewSender(p, bincode.Of[Quote](), shmring.WithType(TypeQuote, 1))
	if err := quotes.Send(context.Background(), &Quote{ID: 1, Symbol: "ACME", Bid: 12.5}); err != nil {
		panic(err)
	}
	p.Close()

	c, err := segment.Consumer()
	if err != nil {
		panic(err)
	}
	r := shmring.NewReceiver(c, bincode.Of[Quote](bincode.AllowMissing()), shmring.WithOnly(TypeQuote))
	for quote, err := range r.All(context.Background()) {
		if err != nil {
			panic(err)
		}
		fmt.Println(quote.ID, quote.Symbol, quote.Bid)
	}
	// Output: 1 ACME 12.5
}

func ExampleReceiver_Recv() {
	segment, err := shmring.Heap()
	if err != nil {
		panic(err)
	}
	defer segment.Close()
	p, _ := segment.Producer()
	c, _ := segment.Consumer()
	ctx := context.Background()
	p.SendRecord(ctx, shmring.Record{Payload: []byte("no quote"), Type: TypeQuote, Version: 2})
	shmring.NewSender(p, bincode.Of[Quote]()).Send(ctx, &Quote{ID: 2, Symbol: "ACME"})

	quotes := shmring.NewReceiver(c, bincode.Of[Quote](), shmring.WithBorrow())
	var q Quote
	for range 2 {
		var bad *shmring.DecodeError
		switch err := quotes.Recv(ctx, &q); {
		case errors.As(err, &bad): // this record is lost, the next one is not
			fmt.Printf("skipped a record of type %d version %d\n", bad.Type, bad.Version)
		case err != nil:
			panic(err)
		default:
			fmt.Println(q.ID, q.Symbol) // q.Symbol lies in the ring until the next Recv
		}
	}
	quotes.Release()
	// Output:
	// skipped a record of type 1 version 2
	// 2 ACME
}

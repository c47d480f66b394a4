package shmring_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log"

	"github.com/shmring/ipc/shmring"
)

// ends returns both ends of a small ring.
func ends(opts ...shmring.Option) (*shmring.Producer, *shmring.Consumer, func()) {
	s, err := shmring.Heap(append(opts, shmring.WithCapacity(4096))...)
	if err != nil {
		log.Fatal(err)
	}
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	c, err := s.Consumer()
	if err != nil {
		log.Fatal(err)
	}
	return p, c, func() { s.Close() }
}

// show prints what has arrived.
func show(c *shmring.Consumer) {
	if _, err := c.Drain(0, func(r shmring.Record) error {
		fmt.Printf("%q\n", r.Payload)
		return nil
	}); err != nil {
		log.Fatal(err)
	}
}

func ExampleProducer_Send() {
	p, c, done := ends()
	defer done()
	if err := p.Send(context.Background(), []byte("hello")); err != nil { // waits while the ring is full
		log.Fatal(err)
	}
	show(c)
	// Output: "hello"
}

func ExampleProducer_TrySend() {
	p, _, done := ends()
	defer done()
	n := 0
	for p.TrySend(make([]byte, 1000)) == nil {
		n++
	}
	fmt.Println("room for", n)
	fmt.Println(p.TrySend(make([]byte, 1000)))
	fmt.Println(p.TrySend(make([]byte, 10000)))
	// Output:
	// room for 4
	// shmring: ring is full
	// shmring: record of 10000 bytes, want at most 2032 (WithMaxRecord, WithCapacity)
}

func ExampleProducer_SendParts() {
	p, c, done := ends()
	defer done()
	header, body := []byte("key="), []byte("value")
	if err := p.SendParts(context.Background(), header, body); err != nil { // one record
		log.Fatal(err)
	}
	show(c)
	// Output: "key=value"
}

func ExampleProducer_SendBatch() {
	p, c, done := ends()
	defer done()
	n, err := p.SendBatch(context.Background(), [][]byte{[]byte("one"), []byte("two"), []byte("three")})
	fmt.Println(n, err) // visible at once, and the consumer is woken at most once
	show(c)
	// Output:
	// 3 <nil>
	// "one"
	// "two"
	// "three"
}

func ExampleProducer_SendRecord() {
	p, c, done := ends()
	defer done()
	order := shmring.Record{Payload: []byte("buy"), Type: 7, Version: 2}
	if err := p.SendRecord(context.Background(), order); err != nil {
		log.Fatal(err)
	}
	r, err := c.TryNext()
	fmt.Printf("%q type %d version %d from slot %d, %v\n", r.Payload, r.Type, r.Version, r.Producer, err)
	// Output: "buy" type 7 version 2 from slot 1, <nil>
}

func ExampleProducer_Reserve() {
	p, c, done := ends()
	defer done()
	r, err := p.Reserve(context.Background(), 8) // ring memory, to be filled in place
	if err != nil {
		log.Fatal(err)
	}
	binary.BigEndian.PutUint64(r.Bytes(), 0x6162636465666768)
	if err := r.Commit(); err != nil {
		log.Fatal(err)
	}
	show(c)
	// Output: "abcdefgh"
}

func ExampleReservation_CommitN() {
	p, c, done := ends()
	defer done()
	r, err := p.TryReserve(100) // as much as it may become
	if err != nil {
		log.Fatal(err)
	}
	b := fmt.Appendf(r.Bytes()[:0], "pi is %.2f", 3.14159)
	if err := r.CommitN(len(b)); err != nil { // as much as it became
		log.Fatal(err)
	}
	show(c)
	// Output: "pi is 3.14"
}

func ExampleReservation_Abort() {
	p, c, done := ends()
	defer done()
	r, err := p.TryReserve(100)
	if err != nil {
		log.Fatal(err)
	}
	copy(r.Bytes(), "half a reco")
	r.Abort()
	_, err = c.TryRecv(nil)
	fmt.Println(err)
	// Output: shmring: ring is empty
}

func ExampleReservation_SetType() {
	p, c, done := ends()
	defer done()
	r, err := p.TryReserve(2)
	if err != nil {
		log.Fatal(err)
	}
	copy(r.Bytes(), "ok")
	r.SetType(42, 1)
	if err := r.Commit(); err != nil {
		log.Fatal(err)
	}
	record, err := c.TryNext()
	fmt.Println(record.Type, record.Version, err)
	// Output: 42 1 <nil>
}

func ExampleProducer_SendFunc() {
	p, c, done := ends()
	defer done()
	failure := errors.New("no data today")
	err := p.SendFunc(context.Background(), 10, func(b []byte) (int, error) { return 0, failure })
	fmt.Println(err) // nothing was sent
	err = p.SendFunc(context.Background(), 10, func(b []byte) (int, error) { return copy(b, "data"), nil })
	fmt.Println(err)
	show(c)
	// Output:
	// no data today
	// <nil>
	// "data"
}

func ExampleProducer_Close() {
	p, c, done := ends()
	defer done()
	if err := errors.Join(p.TrySend([]byte("last")), p.Close()); err != nil {
		log.Fatal(err)
	}
	show(c)
	_, err := c.TryRecv(nil)
	fmt.Println(err)
	// Output:
	// "last"
	// EOF
}

package shmring_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/shmring/ipc/shmring"
)

// sent puts records into a ring and closes its producer.
func sent(p *shmring.Producer, payloads ...string) {
	for _, b := range payloads {
		if err := p.TrySend([]byte(b)); err != nil {
			log.Fatal(err)
		}
	}
	p.Close()
}

func ExampleConsumer_Recv() {
	p, c, done := ends()
	defer done()
	sent(p, "one", "two")
	var buf []byte
	for {
		var err error
		buf, err = c.Recv(context.Background(), buf) // a copy, into the same memory each time
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", buf)
	}
	// Output:
	// one
	// two
}

func ExampleConsumer_Recv_deadline() {
	_, c, done := ends()
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := c.Recv(ctx, nil)
	fmt.Println(err, errors.Is(err, context.DeadlineExceeded))
	// Output: shmring: receive: context deadline exceeded true
}

func ExampleConsumer_TryRecv() {
	p, c, done := ends()
	defer done()
	_, err := c.TryRecv(nil)
	fmt.Println(err)
	sent(p, "one")
	b, err := c.TryRecv(nil)
	fmt.Printf("%s %v\n", b, err)
	// Output:
	// shmring: ring is empty
	// one <nil>
}

func ExampleConsumer_Next() {
	p, c, done := ends()
	defer done()
	sent(p, "one", "two")
	a, err := c.Next(context.Background()) // in place, no copy
	if err != nil {
		log.Fatal(err)
	}
	b, err := c.Next(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s and %s\n", a.Payload, b.Payload)
	c.Release() // both payloads end here
	// Output: one and two
}

func ExampleConsumer_TryNext() {
	p, c, done := ends()
	defer done()
	sent(p, "one")
	for {
		r, err := c.TryNext()
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%s\n", r.Payload)
		c.Release()
	}
	// Output:
	// one
	// EOF
}

func ExampleConsumer_Drain() {
	p, c, done := ends()
	defer done()
	sent(p, "one", "two", "three")
	n, err := c.Drain(2, func(r shmring.Record) error { // a batch, one release
		fmt.Printf("%s\n", r.Payload)
		return nil
	})
	fmt.Println(n, err)
	// Output:
	// one
	// two
	// 2 <nil>
}

func ExampleConsumer_All() {
	p, c, done := ends()
	defer done()
	sent(p, "one", "two")
	for r, err := range c.All(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", r.Payload)
	}
	fmt.Println("the end")
	// Output:
	// one
	// two
	// the end
}

func ExampleConsumer_Close() {
	s, err := shmring.Heap()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	sent(p, "one", "two")
	for range 2 { // each consumer goes on where the one before it stopped
		c, err := s.Consumer()
		if err != nil {
			log.Fatal(err)
		}
		b, err := c.TryRecv(nil)
		fmt.Printf("%s %v\n", b, err)
		c.Close()
	}
	// Output:
	// one <nil>
	// two <nil>
}

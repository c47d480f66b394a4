package shmring_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/shmring/ipc/shmring"
)

// The two programs of the quick start in README.md, one after the other. tests/docs compares them line by
// line; there the name is "feed", here it is one that no other process uses.
func Example_quickstart() {
	name := fmt.Sprintf("quickstart-%d", os.Getpid())
	defer shmring.Remove(name)

	sender := func() {
		seg, err := shmring.OpenOrCreate(name)
		if err != nil {
			log.Fatal(err)
		}
		defer seg.Close()
		p, err := seg.Producer()
		if err != nil {
			log.Fatal(err)
		}
		for i := range 3 {
			if err := p.Send(context.Background(), fmt.Appendf(nil, "message %d", i)); err != nil {
				log.Fatal(err)
			}
		}
	}
	receiver := func() {
		seg, err := shmring.OpenOrCreate(name)
		if err != nil {
			log.Fatal(err)
		}
		defer seg.Close()
		c, err := seg.Consumer()
		if err != nil {
			log.Fatal(err)
		}
		for record, err := range c.All(context.Background()) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%s\n", record.Payload)
		}
	}

	sender()
	receiver()
	// Output:
	// message 0
	// message 1
	// message 2
}

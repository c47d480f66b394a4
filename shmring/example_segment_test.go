package shmring_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"

	"github.com/shmring/ipc/shmring"
)

// scratch returns an option for a directory of its own, and what removes it. Programs need neither: their segments
// lie in the system's shared memory.
func scratch() (shmring.Option, func()) {
	dir, err := os.MkdirTemp("", "shmring-example-")
	if err != nil {
		log.Fatal(err)
	}
	return shmring.WithDir(dir), func() { os.RemoveAll(dir) }
}

func ExampleCreate() {
	dir, clean := scratch()
	defer clean()

	s, err := shmring.Create("feed", dir, shmring.WithKind(shmring.MPSC), shmring.WithCapacity(64<<10))
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.Info().Kind, s.Info().Capacity)

	_, err = shmring.Create("feed", dir)
	fmt.Println("a second time:", errors.Is(err, fs.ErrExist))
	// Output:
	// mpsc 65536
	// a second time: true
}

func ExampleOpen() {
	dir, clean := scratch()
	defer clean()

	if _, err := shmring.Open("feed", dir); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("nobody has made it yet")
	}
	s, err := shmring.Create("feed", dir)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	same, err := shmring.Open("feed", dir)
	if err != nil {
		log.Fatal(err)
	}
	defer same.Close()
	fmt.Println("one segment:", s.Info().ID == same.Info().ID)
	// Output:
	// nobody has made it yet
	// one segment: true
}

func ExampleOpenOrCreate() {
	dir, clean := scratch()
	defer clean()

	for _, who := range []string{"first", "second"} { // whoever comes first makes it
		s, err := shmring.OpenOrCreate("feed", dir)
		if err != nil {
			log.Fatal(err)
		}
		defer s.Close()
		fmt.Println(who, s.Info().Name)
	}
	// Output:
	// first feed
	// second feed
}

func ExampleHeap() {
	s, err := shmring.Heap() // the same rings between goroutines, visible to the race detector
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.Info().Path == "", s.File() == nil)
	// Output: true true
}

func ExampleRemove() {
	dir, clean := scratch()
	defer clean()

	old, err := shmring.Create("feed", dir)
	if err != nil {
		log.Fatal(err)
	}
	defer old.Close()
	if err := shmring.Remove("feed", dir); err != nil {
		log.Fatal(err)
	}
	fresh, err := shmring.Create("feed", dir)
	if err != nil {
		log.Fatal(err)
	}
	defer fresh.Close()
	fmt.Println("who has the old one keeps it:", old.Info().ID != fresh.Info().ID)
	// Output: who has the old one keeps it: true
}

func ExampleRemoveUnused() {
	dir, clean := scratch()
	defer clean()

	s, err := shmring.Create("feed", dir)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	// Remove it only if it is drained. Nobody can attach while this function decides.
	unread := errors.New("it has unread records")
	drained := func(s *shmring.Segment) error {
		if st := s.Stats(); st.Sent > st.Received {
			return unread
		}
		return nil
	}
	fmt.Println(errors.Is(shmring.RemoveUnused("feed", drained, dir), shmring.ErrBusy))

	if err := p.TrySend([]byte("record")); err != nil {
		log.Fatal(err)
	}
	if err := p.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(shmring.RemoveUnused("feed", drained, dir))
	fmt.Println(shmring.RemoveUnused("feed", nil, dir))
	// Output:
	// true
	// it has unread records
	// <nil>
}

func ExampleList() {
	dir, clean := scratch()
	defer clean()

	for _, name := range []string{"orders", "prices"} {
		s, err := shmring.Create(name, dir)
		if err != nil {
			log.Fatal(err)
		}
		defer s.Close()
	}
	infos, err := shmring.List(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, info := range infos {
		fmt.Println(info.Name, info.Kind)
	}
	// Output:
	// orders spsc
	// prices spsc
}

func ExampleSegment_Info() {
	s, err := shmring.Heap(shmring.WithSchema(0xfeed))
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	info := s.Info()
	fmt.Printf("%s, largest record %d bytes, schema %#x\n", info.Kind, info.MaxRecord, info.Schema)
	for _, party := range info.Parties {
		fmt.Println(party.Role, "alive:", party.Alive, "this process:", party.PID == os.Getpid())
	}
	// Output:
	// spsc, largest record 524272 bytes, schema 0xfeed
	// producer alive: true this process: true
}

func ExampleSegment_Stats() {
	s, err := shmring.Heap()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	for range 3 {
		if err := p.TrySend([]byte("12345678")); err != nil {
			log.Fatal(err)
		}
	}
	st := s.Stats()
	fmt.Println(st.Sent, "records,", st.SentBytes, "bytes,", st.Used, "of", st.Capacity, "in use")
	// Output: 3 records, 24 bytes, 48 of 1048576 in use
}

func ExampleSegment_Flush() {
	dir, clean := scratch() // a directory on a disk
	defer clean()

	s, err := shmring.Create("journal", dir)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(p.TrySend([]byte("kept")), s.Flush()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("on the disk")
	// Output: on the disk
}

func ExampleSegment_Producer() {
	s, err := shmring.Heap()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		log.Fatal(err)
	}
	_, err = s.Producer() // an SPSC ring has one
	fmt.Println(errors.Is(err, shmring.ErrBusy))
	p.Close()
	p, err = s.Producer()
	fmt.Println(p != nil, err)
	// Output:
	// true
	// true <nil>
}

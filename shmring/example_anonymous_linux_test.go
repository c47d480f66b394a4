package shmring_test

import (
	"fmt"
	"log"

	"github.com/shmring/ipc/shmring"
)

func ExampleAnonymous() {
	s, err := shmring.Anonymous() // no name, and nobody can truncate it
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	// Pass s.File() to the peer: to a child as an extra file, to others over a Unix socket.
	peer, err := shmring.FromFile(s.File())
	if err != nil {
		log.Fatal(err)
	}
	defer peer.Close()
	fmt.Println(peer.Info().ID == s.Info().ID)
	// Output: true
}

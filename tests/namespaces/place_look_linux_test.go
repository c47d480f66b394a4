package namespaces

import (
	"syscall"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// Whoever looks from a place where the process cannot be seen must not call it gone: its lease says that it lives.
func TestALivingPartyIsNotGoneWhereverOneLooksFrom(t *testing.T) {
	hidden := place{name: "hidden processes", namespaces: syscall.CLONE_NEWNS, setup: "hidden processes"}
	for _, p := range append([]place{hidden}, places...) {
		t.Run(p.name, func(t *testing.T) {
			dir := sharedDir(t)
			s := feed(t, dir)
			_, err := s.Producer()
			must(t, err)
			start(t, p, "look", dir).says("alive")
		})
	}
}

func TestALivingPartyIsNotGoneWhereverItIs(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			dir := sharedDir(t)
			s := feed(t, dir)
			child := start(t, p, "send", dir)
			child.says("attached")
			parties := s.Info().Parties
			if len(parties) != 1 {
				t.Fatalf("got %d parties, want 1", len(parties))
			}
			if got := describe(parties[0]); got != "alive" {
				t.Errorf("the living producer looks %s: %+v", got, parties[0])
			}
			child.kill()
			parties = s.Info().Parties
			if len(parties) != 1 || describe(parties[0]) != "dead" {
				t.Errorf("the dead producer: got %+v", parties)
			}
		})
	}
}

func TestAConnectionReachesAnotherPlace(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			dir := sharedDir(t)
			l, err := shmring.Listen("door", shmring.WithDir(dir), shmring.WithMode(0o666))
			must(t, err)
			defer l.Close()
			child := start(t, p, "dial", dir)
			accepted := make(chan *shmring.Conn, 1)
			go func() {
				if c, err := l.AcceptConn(soon(t)); err == nil {
					accepted <- c
				}
				close(accepted)
			}()
			defer func() {
				child.kill()
				l.Close()
				<-accepted
			}()
			go func() {
				if c := <-accepted; c != nil {
					if b, err := c.Recv(soon(t), nil); err == nil {
						c.Send(soon(t), append(b, " answered"...))
					}
				}
			}()
			child.says("question answered")
		})
	}
}

package handshake

import (
	"context"
	"net"
	"testing"
	"time"
)

// client is a connection of which only the origin and the end matter.
type client struct {
	net.Conn
	host   string
	closed bool
}

func (c *client) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.host)} }
func (c *client) Close() error         { c.closed = true; return nil }

// arrivals has clients of several hosts enter, and returns them.
func arrivals(a *Admission, hosts ...string) (clients []*client, tickets []*Ticket) {
	for _, host := range hosts {
		c := &client{host: host}
		clients = append(clients, c)
		tickets = append(tickets, a.Enter(context.Background(), c))
	}
	return clients, tickets
}

func small(minAge time.Duration) *Admission {
	a := NewAdmission()
	a.maxHandshakes, a.maxPerOrigin, a.minAge = 6, 3, minAge
	return a
}

const (
	greedy = "10.0.0.1"
	other  = "10.0.0.2"
	third  = "10.0.0.3"
)

func TestTheOldestHandshakesOfAnOriginGiveWayAboveItsLimit(t *testing.T) {
	clients, tickets := arrivals(small(0), other, greedy, greedy, greedy, greedy, greedy)
	for i, want := range []bool{false, true, true, false, false, false} {
		if clients[i].closed != want || tickets[i].Leave() != want {
			t.Errorf("client %d: closed %v, want %v", i, clients[i].closed, want)
		}
	}
}

func TestTheGreediestOriginGivesWayWhereThereAreTooMany(t *testing.T) {
	clients, _ := arrivals(small(0), other, greedy, greedy, greedy, other, third, third)
	for i, want := range []bool{false, true, false, false, false, false, false} {
		if clients[i].closed != want {
			t.Errorf("client %d: closed %v, want %v", i, clients[i].closed, want)
		}
	}
}

func TestABurstOfOneOriginIsAdmitted(t *testing.T) {
	clients, tickets := arrivals(small(time.Hour), greedy, greedy, greedy, greedy, greedy, greedy)
	for i, c := range clients {
		if c.closed || tickets[i].Leave() {
			t.Errorf("client %d gave way", i)
		}
	}
}

func TestANewcomerWaitsForYoungHandshakesOrForOneToEnd(t *testing.T) {
	a := small(time.Hour)
	clients, tickets := arrivals(a, greedy, greedy, greedy, greedy, greedy, greedy)
	entered := make(chan bool)
	go func() {
		arrivals(a, other)
		close(entered)
	}()
	select {
	case <-entered:
		t.Fatal("seven are under way")
	case <-time.After(10 * time.Millisecond):
	}
	tickets[3].Leave()
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a.Enter(ctx, &client{host: other}) // the listener closes: returns
	for i, c := range clients {
		if c.closed {
			t.Errorf("client %d gave way", i)
		}
	}

	a = small(20 * time.Millisecond)
	clients, _ = arrivals(a, greedy, greedy, greedy, greedy, greedy, greedy, other)
	if !clients[0].closed || clients[6].closed {
		t.Errorf("closed: the oldest %v, the newest %v", clients[0].closed, clients[6].closed)
	}
}

func TestProcessesAreToldApart(t *testing.T) {
	near, far := ends(t, "unix")
	if a, b := origin(near), origin(far); a == "" || a != b {
		t.Errorf("both ends are this process: %q, %q", a, b)
	}
	_, far = ends(t, "tcp")
	if got := origin(far); got != "host 127.0.0.1" {
		t.Errorf("got %q", got)
	}
}

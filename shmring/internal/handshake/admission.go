package handshake

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"
)

// Admission bounds the handshakes that a server has under way, so that clients that connect and say nothing keep nobody
// else from being served: where there are too many, the oldest gives way.
//
// One client process, or one host where the socket knows no processes, may have MaxPerOrigin of them; more than that
// are its own oldest that go. All together may have MaxHandshakes; then the oldest of the origin that has the most goes.
// A handshake younger than MinAge never goes: a client that opens many connections at once is not hostile.
//
// It is safe for concurrent use.
type Admission struct {
	maxHandshakes, maxPerOrigin int
	minAge                      time.Duration

	mu       sync.Mutex
	underWay []*Ticket // oldest first
	left     chan struct{}
}

// Limits of an Admission.
const (
	MaxHandshakes = 256
	MaxPerOrigin  = 128
	MinAge        = 250 * time.Millisecond
)

// NewAdmission returns one with the limits above.
func NewAdmission() *Admission {
	return &Admission{maxHandshakes: MaxHandshakes, maxPerOrigin: MaxPerOrigin, minAge: MinAge, left: make(chan struct{}, 1)}
}

// Ticket is one handshake that is under way.
type Ticket struct {
	admission *Admission
	conn      net.Conn
	origin    string
	since     time.Time
	gaveWay   bool
}

// Enter admits the handshake on conn. It waits while there are too many and all of them are young, at most for MinAge, or
// until ctx ends. Where one gives way, its socket is closed.
func (a *Admission) Enter(ctx context.Context, conn net.Conn) *Ticket {
	t := &Ticket{admission: a, conn: conn, origin: origin(conn), since: time.Now()}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.underWay = append(a.underWay, t)
	for {
		victim, must := a.victim(t.origin)
		if victim == nil || victim == t {
			return t
		}
		if wait := a.minAge - time.Since(victim.since); wait > 0 {
			if !must || !a.await(ctx, wait) {
				return t
			}
			continue
		}
		victim.gaveWay = true
		a.remove(victim)
		_ = victim.conn.Close() // its handshake fails
	}
}

// victim returns which handshake gives way, or nil; must says that nobody enters before. The caller holds mu.
func (a *Admission) victim(newest string) (t *Ticket, must bool) {
	count := map[string]int{}
	for _, t := range a.underWay {
		count[t.origin]++
	}
	from := newest
	if must = len(a.underWay) > a.maxHandshakes; must {
		for origin, n := range count {
			if n > count[from] {
				from = origin
			}
		}
	} else if count[from] <= a.maxPerOrigin {
		return nil, false
	}
	for _, t := range a.underWay {
		if t.origin == from {
			return t, must
		}
	}
	return nil, false
}

// await waits for a handshake to end, at most for d. False: ctx has ended. The caller holds mu.
func (a *Admission) await(ctx context.Context, d time.Duration) bool {
	a.mu.Unlock()
	defer a.mu.Lock()
	select {
	case <-a.left:
	case <-time.After(d):
	case <-ctx.Done():
		return false
	}
	return true
}

// remove forgets a handshake. The caller holds mu.
func (a *Admission) remove(t *Ticket) {
	for i := range a.underWay {
		if a.underWay[i] == t {
			a.underWay = append(a.underWay[:i], a.underWay[i+1:]...)
			break
		}
	}
	select {
	case a.left <- struct{}{}:
	default: // somebody is told already
	}
}

// Leave says that the handshake is over, and reports whether it gave way to others.
func (t *Ticket) Leave() (gaveWay bool) {
	t.admission.mu.Lock()
	defer t.admission.mu.Unlock()
	t.admission.remove(t)
	return t.gaveWay
}

// origin tells the clients of one process, or of one host, from others.
func origin(conn net.Conn) string {
	if peer, err := Identify(conn); err == nil && peer.Known {
		if peer.PID != 0 {
			return "process " + strconv.Itoa(peer.PID)
		}
		return "user " + strconv.FormatUint(uint64(peer.UID), 10)
	}
	if addr, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return "host " + addr.IP.String()
	}
	return ""
}

package shmring

// Road is the way that messages take between the two ends of a connection.
type TransportKind string

// The roads.
const (
	TransportRing   TransportKind = "ring"   // through shared memory
	TransportSocket TransportKind = "socket" // as frames on the socket
)

// Transport says which road a connection has taken, and why.
type Transport struct {
	Kind   TransportKind
	Reason string // for people
	Err    error  // what kept this side from the ring; nil on a ring, and where the peer or an option decided
}

// String returns "ring" or "socket".
func (t Transport) String() string { return string(t.Kind) }

package lane

import (
	"fmt"
	"time"

	"github.com/shmring/ipc/shmring"
)

// Transport is a way from one process to another.
type Transport string

// The transports.
const (
	Ring Transport = "ring"
	Unix Transport = "unix"
	Pipe Transport = "pipe"
	TCP  Transport = "tcp"
)

// Contender is a transport and a way to use it.
type Contender struct {
	Transport Transport    `json:"transport"`
	Wait      shmring.Wait `json:"wait"`     // ring
	Kind      shmring.Kind `json:"kind"`     // ring; 0: SPSC
	Capacity  int64        `json:"capacity"` // ring bytes; 0: the default
	Dir       string       `json:"dir"`      // ring: of the segment; empty: the system's shared memory
	Batch     int          `json:"batch"`    // ring: records per publication; 0: one, by Send
	Buffered  bool         `json:"buffered"` // others: through 64 KiB bufio on both sides
}

// Name tells the contender from others, for people.
func (c Contender) Name() string {
	name := map[Transport]string{Ring: "ring", Unix: "Unix socket", Pipe: "pipe", TCP: "TCP loopback"}[c.Transport]
	if c.Kind == shmring.MPSC {
		name += ", mpsc"
	}
	if c.Wait != shmring.Adaptive {
		name += ", " + c.Wait.String()
	}
	if c.Batch > 1 {
		name += fmt.Sprintf(", batches of %d", c.Batch)
	}
	if c.Buffered {
		name += ", 64 KiB buffer"
	}
	return name
}

// bufferSize of Buffered, in bytes.
const bufferSize = 64 << 10

// Job is what the peer shall do.
type Job struct {
	Contender
	Role    Role          `json:"role"`
	Size    int           `json:"size"` // bytes per record, at least load.MinSize
	For     time.Duration `json:"for"`  // how long to send
	Address string        `json:"address"`
}

// Role is the peer's part.
type Role string

// The roles.
const (
	Send   Role = "send"
	Answer Role = "answer"
)

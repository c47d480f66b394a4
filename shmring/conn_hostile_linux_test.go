package shmring

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/handshake"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// A peer that has finished the handshake may write what it likes into the memory, and may leave its slot alone. When its
// socket ends, everybody who waits for it must learn that.

// forgedRing is the ring on which a hostile peer sends.
type forgedRing struct {
	t       *testing.T
	control *layout.Control
	slot    *layout.Slot // the peer's
	words   []uint64
	stop    chan bool // ends feed
	work    *sync.WaitGroup
}

func forge(t *testing.T, f *os.File) forgedRing {
	t.Helper()
	m, err := shm.FromFile(f, shm.OpenFlags{Sealed: true})
	must(t, err)
	r := forgedRing{t: t, stop: make(chan bool), work: new(sync.WaitGroup)}
	t.Cleanup(func() {
		close(r.stop)
		r.work.Wait()
		must(t, m.Unmap())
	})
	h, err := layout.Load[layout.Header](m.Data[:layout.HeaderSize])
	must(t, err)
	r.control, err = layout.View[layout.Control](m.Data[h.ControlOffset:][:layout.ControlSize])
	must(t, err)
	slots, err := layout.Slice[layout.Slot](m.Data[h.SlotsOffset:][:uint64(h.SlotCount)*layout.SlotSize])
	must(t, err)
	r.slot = &slots[1]
	r.words, err = layout.Slice[uint64](m.Data[h.DataOffset:][:h.Capacity])
	must(t, err)
	return r
}

func (r forgedRing) status(s layout.SlotState) { mem.Store(&r.slot.Status, layout.MakeStatus(1, s)) }

func (r forgedRing) reported() {
	mem.Store(&r.control.Attaches, 5)
	mem.Store(&r.control.Acked, 5)
}

// piece writes one record of 8 bytes.
func (r forgedRing) piece(flags uint8) {
	mem.Store(&r.words[0], uint64(layout.MakeWord(layout.Committed, 1, 1, flags, 8)))
}

// fill writes the same header everywhere, the first one last.
func (r forgedRing) fill(w layout.Word) {
	for i := len(r.words) - 1; i >= 0; i-- {
		mem.Store(&r.words[i], uint64(w))
	}
}

// feed goes on filling to the end of the test, as a third process does that got the memory from the peer.
func (r forgedRing) feed(w layout.Word) {
	r.fill(w)
	r.work.Go(func() {
		for {
			select {
			case <-r.stop:
				return
			default:
				r.fill(w)
			}
		}
	})
}

var (
	forgedPad   = layout.MakeWord(layout.Pad, 0, 0, 0, layout.WordSize)
	forgedEmpty = layout.MakeWord(layout.Committed, 1, 1, layout.FlagMore|layout.FlagContinued, 0)
)

// forgeries are what a hostile peer leaves behind.
var forgeries = map[string]func(r forgedRing){
	"a slot never taken":          func(forgedRing) {},
	"a slot still taken":          func(r forgedRing) { r.status(layout.SlotAttached); mem.Store(&r.control.Attaches, 1) },
	"a slot in state 3":           func(r forgedRing) { r.status(3) },
	"a slot in state 77":          func(r forgedRing) { r.status(77) },
	"a slot given up":             func(r forgedRing) { r.status(layout.SlotFree) },
	"an end reported already":     func(r forgedRing) { r.reported() },
	"a reported end, slot taken":  func(r forgedRing) { r.status(layout.SlotAttached); r.reported() },
	"a first piece, no slot":      func(r forgedRing) { r.piece(layout.FlagMore) },
	"a middle piece, no slot":     func(r forgedRing) { r.piece(layout.FlagMore | layout.FlagContinued) },
	"a first piece, slot taken":   func(r forgedRing) { r.status(layout.SlotAttached); r.piece(layout.FlagMore) },
	"a ring of pads":              func(r forgedRing) { r.fill(forgedPad) },
	"a ring of pads, slot taken":  func(r forgedRing) { r.status(layout.SlotAttached); r.fill(forgedPad) },
	"a ring of empty pieces":      func(r forgedRing) { r.piece(layout.FlagMore); r.fill(forgedEmpty) },
	"pads without end":            func(r forgedRing) { r.feed(forgedPad) },
	"empty pieces without end":    func(r forgedRing) { r.feed(forgedEmpty) },
	"a claim that is never ended": func(r forgedRing) { mem.Store(&r.words[0], uint64(layout.MakeWord(layout.Claimed, 1, 1, 0, 64))) },
}

// calls are the ways in which a connection learns of its end.
var calls = map[string]func(t *testing.T, c *Conn) error{
	"Recv":        func(t *testing.T, c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
	"RecvMessage": func(t *testing.T, c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
	"RecvStream": func(t *testing.T, c *Conn) error {
		r, err := c.RecvStream(soon(t))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		return err
	},
	"Read": func(t *testing.T, c *Conn) error {
		must(t, c.NetConn().SetReadDeadline(time.Now().Add(patience)))
		_, err := c.NetConn().Read(make([]byte, 100))
		return err
	},
	"Send": func(t *testing.T, c *Conn) error { return c.Send(soon(t), make([]byte, 10_000)) },
}

// ends holds a connection whose peer is gone against what it must do: every call fails, and not for want of time.
func ends(t *testing.T, c *Conn, call func(*testing.T, *Conn) error) {
	t.Helper()
	var err error
	for start := time.Now(); err == nil || errors.Is(err, io.ErrUnexpectedEOF) && time.Since(start) < patience; {
		err = call(t, c)
	}
	if err != io.EOF && !errors.Is(err, ErrPeerDied) && !errors.Is(err, ErrPeerClosed) && !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want the end of the connection", err)
	}
}

func TestAHostileClientThatHangsUpIsGoneWhateverItHasWritten(t *testing.T) {
	for forgery, write := range forgeries {
		for name, call := range calls {
			t.Run(forgery+"/"+name, func(t *testing.T) {
				l, path, _ := listening(t)
				conn := client(t, path)
				must(t, sock.Send(conn, request()))
				reply := make([]byte, handshake.MessageSize)
				files, err := sock.Receive(conn, reply, 2)
				must(t, err)
				r := forge(t, files[0])
				for _, f := range files {
					must(t, f.Close())
				}
				confirm := handshake.Message{Version: handshake.Version, Kind: handshake.Confirmation, Transport: handshake.Ring, MaxMessage: 1 << 20}
				must(t, sock.Send(conn, confirm.Encode()))
				c, err := l.AcceptConn(soon(t))
				must(t, err)
				defer func() { must(t, c.Close()) }()
				r.work.Go(func() { hangsUp(conn, r, write) })
				ends(t, c, call)
			})
		}
	}
}

// hangsUp forges and closes, before the other side's call or while it waits.
func hangsUp(conn *net.UnixConn, r forgedRing, write func(forgedRing)) {
	write(r)
	time.Sleep(5 * time.Millisecond)
	conn.Close()
}

func TestAHostileListenerThatHangsUpIsGoneWhateverItHasWritten(t *testing.T) {
	for forgery, write := range forgeries {
		for name, call := range calls {
			t.Run(forgery+"/"+name, func(t *testing.T) {
				o, err := collect(&callDial, nil)
				must(t, err)
				var segments [2]*Segment
				for i := range segments {
					s, err := anonymous(connOptions(&o, 8<<10), newLink())
					must(t, err)
					defer s.Close()
					segments[i] = s
				}
				r := forge(t, segments[1].File())
				path, _ := fakeListener(t, func(conn *net.UnixConn) error {
					if err := sock.Send(conn, offered(handshake.Ring, 8<<10), segments[0].File(), segments[1].File()); err != nil {
						return err
					}
					confirmation := make([]byte, handshake.MessageSize)
					if _, err := io.ReadFull(conn, confirmation); err != nil {
						return err
					}
					hangsUp(conn, r, write)
					return io.EOF
				})
				c, err := Dial(soon(t), "fake", WithSocket(path))
				must(t, err)
				defer func() { must(t, c.Close()) }()
				if c.Transport().Kind != TransportRing {
					t.Fatalf("the dialer refused the memory: %s", c.Transport().Reason)
				}
				ends(t, c, call)
			})
		}
	}
}

// A server whose clients do all this must not collect descriptors, goroutines and memory of theirs.
func TestClientsThatNeverTakeTheirSlotLeaveNothingBehind(t *testing.T) {
	l, path, _ := listening(t)
	served := make(chan bool)
	go func() {
		defer close(served)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	runtime.GC()
	files, routines := descriptors(t), runtime.NumGoroutine()
	for range 100 {
		conn := client(t, path)
		confirm := handshake.Message{Version: handshake.Version, Kind: handshake.Confirmation, Transport: handshake.Ring, MaxMessage: 1 << 20}
		must(t, sock.Send(conn, append(request(), confirm.Encode()...)))
		must(t, conn.Close())
	}
	eventually(t, "descriptors and goroutines are back", func() bool {
		return descriptors(t) <= files && runtime.NumGoroutine() <= routines
	})
	must(t, l.Close())
	<-served
}

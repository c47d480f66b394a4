package handshake

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// memory plays the rings of a connection.
type memory struct {
	refuse   error
	capacity uint64 // as it was created or attached
	files    int    // that came
	open     bool
}

func (m *memory) Create(capacity uint64) ([]*os.File, uint64, error) {
	if m.refuse != nil {
		return nil, 0, m.refuse
	}
	m.capacity, m.open = capacity, true
	return []*os.File{os.Stdin, os.Stdin}, capacity, nil
}

func (m *memory) Attach(capacity uint64, files []*os.File) error {
	if m.files = len(files); m.refuse != nil {
		return m.refuse
	}
	m.capacity, m.open = capacity, true
	return nil
}

func (m *memory) Close() error {
	if !m.open {
		return errors.New("the memory is closed already")
	}
	m.open = false
	return nil
}

// ends returns both ends of a socket.
func ends(t *testing.T, network string) (client, server net.Conn) {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(t.TempDir(), "s")
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial(network, l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func config() Config {
	return Config{MaxMessage: 1000, DefaultCapacity: 8192, Timeout: 30 * time.Second}
}

// outcome is what one side has got.
type outcome struct {
	Result
	memory
	err error
}

// agree runs both sides against each other.
func agree(t *testing.T, network string, client, server Config, clientMemory, serverMemory memory) (c, s outcome) {
	t.Helper()
	near, far := ends(t, network)
	done := make(chan bool)
	go func() {
		defer close(done)
		s.memory = serverMemory
		s.Result, s.err = Server(far, server, &s.memory)
		if s.err != nil {
			far.Close()
		}
	}()
	c.memory = clientMemory
	c.Result, c.err = Client(near, client, &c.memory)
	if c.err != nil {
		near.Close()
	}
	<-done
	return c, s
}

func linuxOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("descriptors are passed on Linux only")
	}
}

func TestBothSidesAgreeOnTheRingAndTheSmallerLimits(t *testing.T) {
	linuxOnly(t)
	client := config()
	client.MaxMessage, client.Capacity = 500, 64<<10
	c, s := agree(t, "unix", client, config(), memory{}, memory{})
	for who, o := range map[string]outcome{"client": c, "server": s} {
		if o.err != nil || !o.Ring || !o.open || o.MaxMessage != 500 || o.capacity != 64<<10 || o.Reason != (Reason{}) {
			t.Errorf("%s: %+v", who, o)
		}
		if o.Peer.PID != os.Getpid() || !o.Peer.Known || int(o.Peer.UID) != os.Geteuid() {
			t.Errorf("%s: the peer is %+v, want this process", who, o.Peer)
		}
	}
	if c.files != 2 {
		t.Errorf("%d descriptors came, want 2", c.files)
	}
}

func TestTheCapacityIsTheServersThenTheClientsThenTheDefault(t *testing.T) {
	linuxOnly(t)
	for _, row := range []struct{ client, server, want uint64 }{
		{0, 0, 8192}, {1 << 16, 0, 1 << 16}, {1 << 16, 1 << 14, 1 << 14}, {0, 1 << 14, 1 << 14}, {1 << 40, 0, MaxClientCapacity},
	} {
		client, server := config(), config()
		client.Capacity, server.Capacity = row.client, row.server
		c, s := agree(t, "unix", client, server, memory{}, memory{})
		if c.err != nil || s.err != nil || c.capacity != row.want || s.capacity != row.want {
			t.Errorf("client %d, server %d: got %d and %d, %v, %v; want %d", row.client, row.server, c.capacity, s.capacity, c.err, s.err, row.want)
		}
	}
}

func TestEachSideCanDeclineTheRingAndBothSayWhy(t *testing.T) {
	linuxOnly(t)
	refused := errors.New("no memory today")
	declined := config()
	declined.NoRing = Reason{Text: "by choice"}
	for name, row := range map[string]struct {
		client, server             Config
		clientMemory, serverMemory memory
		clientErr, serverErr       error
		reason                     string
	}{
		"the client's choice":  {client: declined, server: config(), reason: "by choice"},
		"the server's choice":  {client: config(), server: declined, reason: "by choice"},
		"the client's refusal": {client: config(), server: config(), clientMemory: memory{refuse: refused}, clientErr: refused, reason: "no memory today"},
		"the server's refusal": {client: config(), server: config(), serverMemory: memory{refuse: refused}, serverErr: refused, reason: "no memory today"},
	} {
		c, s := agree(t, "unix", row.client, row.server, row.clientMemory, row.serverMemory)
		for who, o := range map[string]outcome{"client": c, "server": s} {
			if o.err != nil || o.Ring || o.open || !strings.Contains(o.Reason.Text, row.reason) {
				t.Errorf("%s, %s: ring %v, memory open %v, reason %q, %v", name, who, o.Ring, o.open, o.Reason.Text, o.err)
			}
		}
		if c.Reason.Err != row.clientErr || s.Reason.Err != row.serverErr {
			t.Errorf("%s: the causes are %v and %v, want %v and %v", name, c.Reason.Err, s.Reason.Err, row.clientErr, row.serverErr)
		}
	}
}

func TestWithoutCredentialsThePeerIsUnknown(t *testing.T) {
	client, server := config(), config()
	client.NoRing, server.NoRing = Reason{Text: "TCP"}, Reason{Text: "TCP"}
	c, s := agree(t, "tcp", client, server, memory{}, memory{})
	if c.err != nil || s.err != nil || c.Peer != (Peer{}) || s.Peer != (Peer{}) {
		t.Errorf("client %+v, server %+v", c, s)
	}
}

func TestSchemasMustAgreeUnlessOneSideHasNone(t *testing.T) {
	client, server := config(), config()
	client.NoRing = Reason{Text: "does not matter"}
	client.Schema, server.Schema = 8, 7
	c, s := agree(t, "unix", client, server, memory{}, memory{})
	var schema *SchemaError
	if !errors.As(c.err, &schema) || *schema != (SchemaError{Peer: 7, Own: 8}) {
		t.Errorf("the client got %v", c.err)
	}
	if !errors.As(s.err, &schema) || *schema != (SchemaError{Peer: 8, Own: 7}) {
		t.Errorf("the server got %v", s.err)
	}
	server.Schema = 0
	if c, s = agree(t, "unix", client, server, memory{}, memory{}); c.err != nil || s.err != nil {
		t.Errorf("without a schema on one side: %v, %v", c.err, s.err)
	}
}

func TestOnlyThisUserAndRootAreAccepted(t *testing.T) {
	stranger := Peer{PID: 17, UID: 1234, Known: true}
	var e *CredentialsError
	if err := stranger.check(1000, false); !errors.As(err, &e) || e.Peer != stranger || e.Own != 1000 || refusalFor(err) != RefusedUser {
		t.Errorf("got %v, want CredentialsError", err)
	}
	for _, c := range []struct {
		peer    Peer
		foreign bool
	}{{Peer{UID: 0, Known: true}, false}, {Peer{UID: 1000, Known: true}, false}, {stranger, true}, {Peer{}, false}} {
		if err := c.peer.check(1000, c.foreign); err != nil {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

func TestASideThatFailsGivesItsRingsBack(t *testing.T) {
	linuxOnly(t)
	for name, confirmation := range map[string][]byte{
		"hung up":    nil,
		"garbage":    make([]byte, MessageSize),
		"impossible": (&Message{Version: Version, Kind: Confirmation, Transport: None, MaxMessage: 1}).Encode(),
	} {
		near, far := ends(t, "unix")
		request := Message{Version: Version, Kind: Request, Transport: Ring, MaxMessage: 1}
		if _, err := near.Write(append(request.Encode(), confirmation...)); err != nil {
			t.Fatal(err)
		}
		if err := near.(*net.UnixConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		m := &memory{}
		r, err := Server(far, config(), m)
		if err == nil || r.Ring || m.open || m.capacity == 0 {
			t.Errorf("%s: ring %v, memory open %v after %d bytes, %v", name, r.Ring, m.open, m.capacity, err)
		}
	}
}

func TestAPeerThatHangsOrHangsUpEndsTheHandshake(t *testing.T) {
	for _, side := range []func(net.Conn, Config, Memory) (Result, error){Client, Server} {
		near, _ := ends(t, "unix")
		c := config()
		c.Timeout = 20 * time.Millisecond
		if _, err := side(near, c, &memory{}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a peer that hangs: got %v, want os.ErrDeadlineExceeded", err)
		}
		near, far := ends(t, "unix")
		far.(*net.UnixConn).CloseWrite()
		if _, err := side(near, config(), &memory{}); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a peer that hangs up: got %v, want io.ErrUnexpectedEOF", err)
		}
	}
}

func TestTheFirstBytesBehindTheHandshakeStayInTheSocket(t *testing.T) {
	near, far := ends(t, "unix")
	request := Message{Version: Version, Kind: Request, Transport: Socket, MaxMessage: 1, Reason: "why not"}
	confirmation := Message{Version: Version, Kind: Confirmation, Transport: Socket, MaxMessage: 1}
	if _, err := near.Write(fmt.Appendf(append(request.Encode(), confirmation.Encode()...), "first frame")); err != nil {
		t.Fatal(err)
	}
	if r, err := Server(far, config(), &memory{}); err != nil || r.Reason.Text != "why not" {
		t.Fatalf("%+v, %v", r, err)
	}
	b := make([]byte, 100)
	if n, err := far.Read(b); err != nil || string(b[:n]) != "first frame" {
		t.Errorf("got %q, %v", b[:n], err)
	}
}

package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"time"

	"github.com/shmring/ipc/frame"
)

const testSize = 50_000

// receivesAll receives so many messages and then the end.
func receivesAll(t *testing.T, s Transport, sent int) {
	t.Helper()
	var buf []byte
	var err error
	for i := range sent {
		if buf, err = s.Recv(soon(t), buf); err != nil || !bytes.Equal(buf, pattern(testSize, byte(i))) {
			t.Fatalf("message %d of %d: got %d bytes, %v", i, sent, len(buf), err)
		}
	}
	if _, err = s.Recv(soon(t), nil); err != io.EOF {
		t.Fatalf("the end: got %v, want io.EOF", err)
	}
}

// A TCP connection that is closed before everything was read is reset by the system, which forgets what it has
// still to send.
func TestCloseWithUnreadMessagesKeepsWhatWasSent(t *testing.T) {
	client, server := pair(t, "tcp")
	must(t, client.conn.(*net.TCPConn).SetWriteBuffer(1<<20))
	must(t, sends(soon(t), server, []byte("nobody reads this")))
	const sent = 5 // more than the peer's system takes from ours before somebody reads
	for i := range sent {
		must(t, sends(soon(t), client, pattern(testSize, byte(i))))
	}
	closes(t, client)
	receivesAll(t, server, sent)
}

func TestCloseWriteReachesAReaderThatIsSlow(t *testing.T) {
	client, server := pair(t, "unix")
	w := client.w // what it owes is nobody's but CloseWrite's to send
	sent := 0
	for w.Pending() == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if err := w.Write(ctx, frame.Message{Body: pattern(testSize, byte(sent))}); err == nil || w.Pending() > 0 {
			sent++
		}
		cancel()
		if sent > 1000 {
			t.Fatal("the socket never filled")
		}
	}
	must(t, client.CloseWrite())
	receivesAll(t, server, sent)
}

// fill sends messages of size bytes until the socket takes no more, and returns how many it has taken.
func fill(t *testing.T, s *Socket, size int) (sent int) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		err := sends(ctx, s, pattern(size, byte(sent)))
		cancel()
		if err != nil {
			want(t, "Send", err, context.DeadlineExceeded)
			return sent
		}
		if sent++; sent > 100_000 {
			t.Fatal("the socket never filled")
		}
	}
}

func TestACloseWithAFullBufferIsStillACleanOne(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		for _, size := range []int{100, testSize} { // the last one of these is cut, and its rest is owed
			client, server := pair(t, network)
			sent := fill(t, client, size)
			start := time.Now()
			closes(t, client)
			if took := time.Since(start); took > time.Second {
				t.Errorf("%s: Close took %v", network, took)
			}
			if size == testSize {
				time.Sleep(1200 * time.Millisecond) // a peer that is busy with something else
			}
			for i := range sent {
				if got, err := server.Recv(soon(t), nil); err != nil || !bytes.Equal(got, pattern(size, byte(i))) {
					t.Fatalf("%s: message %d of %d: got %d bytes, %v", network, i, sent, len(got), err)
				}
			}
			_, err := server.Recv(soon(t), nil)
			want(t, network+": the end", err, io.EOF)
		}
	}
}

func TestCloseDoesNotWaitForPeersThatDoNotRead(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		var clients []*Socket
		for range 10 {
			client, _ := pair(t, network)
			fill(t, client, testSize)
			clients = append(clients, client)
		}
		start := time.Now()
		for _, client := range clients {
			closes(t, client)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: ten took %v", network, took)
		}
	}
}

func TestAClosedEndGivesUpInTheEnd(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		client, _ := pair(t, network)
		client.patience = 50 * time.Millisecond
		fill(t, client, testSize)
		closes(t, client)
		for start := time.Now(); ; time.Sleep(time.Millisecond) {
			if err := client.conn.SetDeadline(time.Time{}); errors.Is(err, net.ErrClosed) {
				break
			}
			if time.Since(start) > patience/2 {
				t.Fatalf("%s: the socket is still open", network)
			}
		}
	}
}

func TestAClosedEndKeepsNoPeerWaiting(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		client, server := pair(t, network)
		fill(t, client, 100) // so that it lingers
		sending := make(chan error, 1)
		go func() {
			var err error
			for err == nil {
				err = sends(soon(t), server, make([]byte, testSize))
			}
			sending <- err
		}()
		time.Sleep(5 * time.Millisecond) // usually long enough for it to wait
		closes(t, client)
		go server.Recv(soon(t), nil)
		if err := <-sending; errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the peer sends in vain", network)
		}
	}
}

func TestCloseWriteInterruptsASenderThatWaits(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		client, server := pair(t, network)
		sending, sent := make(chan error, 1), 0
		go func() {
			var err error
			for ; err == nil; sent++ {
				err = sends(soon(t), client, pattern(testSize, byte(sent)))
			}
			sent--
			sending <- err
		}()
		time.Sleep(20 * time.Millisecond) // usually long enough for it to wait
		start := time.Now()
		must(t, client.CloseWrite())
		want(t, network+": the sender", <-sending, ErrClosed)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: that took %v", network, took)
		}
		receivesAll(t, server, sent)
		must(t, sends(soon(t), server, []byte("answer")))
		if got, err := client.Recv(soon(t), nil); err != nil || string(got) != "answer" {
			t.Errorf("%s: the other direction: got %q, %v", network, got, err)
		}
		must(t, client.CloseWrite())
	}
}

func TestCloseWriteCutsAMessageWhoseSourceHangs(t *testing.T) {
	client, server := pair(t, "unix")
	source, feed := io.Pipe()
	sent := make(chan error, 1)
	go func() { sent <- sendsFrom(soon(t), client, source, 1<<20) }()
	_, err := feed.Write(make([]byte, 1000)) // SendFrom has begun to read
	must(t, err)
	start := time.Now()
	must(t, client.CloseWrite())
	if took := time.Since(start); took > time.Second {
		t.Errorf("CloseWrite took %v", took)
	}
	go feed.Write(make([]byte, 1<<20))
	want(t, "SendFrom", <-sent, ErrClosed)
	_, err = server.Recv(soon(t), nil)
	want(t, "the message", err, ErrPeerDied)
	must(t, sends(soon(t), server, []byte("answer")))
	if got, err := client.Recv(soon(t), nil); err != nil || string(got) != "answer" {
		t.Errorf("the other direction: got %q, %v", got, err)
	}
	closes(t, client)
}

func TestASourceThatFailedIsNeverReadAgain(t *testing.T) {
	client, _ := pair(t, "unix")
	reads := 0
	src := iotest.TimeoutReader(readerFunc(func(b []byte) (int, error) { reads++; return len(b), nil }))
	if err := sendsFrom(soon(t), client, io.MultiReader(io.LimitReader(src, 10), iotest.ErrReader(context.Canceled)), 1<<20); err == nil {
		t.Fatal("a source that fails went unnoticed")
	}
	before := reads
	want(t, "Send", sends(soon(t), client, nil), ErrClosed)
	want(t, "CloseWrite", client.CloseWrite(), ErrClosed)
	if closes(t, client); reads != before {
		t.Error("the source was read again")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

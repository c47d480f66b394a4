package shmring

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
)

func TestTheTransportHasItsKindAndTheReason(t *testing.T) {
	for name, kind := range map[string]TransportKind{"ring": TransportRing, "heap": TransportRing, "socket": TransportSocket, "tcp": TransportSocket} {
		client, server := transports[name](t)
		for _, c := range []*Conn{client, server} {
			if got := c.Transport(); got.Kind != kind || got.String() != string(kind) || got.Reason == "" || got.Err != nil {
				t.Errorf("%s: got %+v, want %s with a reason", name, got, kind)
			}
		}
	}
}

func TestPartsTravelBesideTheBody(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		for _, m := range []frame.Message{
			{},
			{Body: []byte("body alone")},
			{Body: []byte("body"), Parts: [][]byte{[]byte("one"), {}, pattern(5000, 1)}},
			{Parts: [][]byte{pattern(1<<20, 2), []byte("small")}},
		} {
			failed := make(chan error, 1)
			go func() {
				for range 3 {
					if err := client.SendMessage(soon(t), m); err != nil {
						failed <- err
						return
					}
				}
				failed <- nil
			}()
			got, err := server.RecvMessage(soon(t))
			must(t, err)
			if !bytes.Equal(got.Body, m.Body) || len(got.Parts) != len(m.Parts) {
				t.Fatalf("got a body of %d bytes and %d parts, want %d and %d", len(got.Body), len(got.Parts), len(m.Body), len(m.Parts))
			}
			joined := bytes.Clone(m.Body)
			for i, p := range m.Parts {
				if !bytes.Equal(got.Parts[i], p) {
					t.Errorf("part %d differs", i)
				}
				joined = append(joined, p...)
			}
			if all, err := server.Recv(soon(t), nil); err != nil || !bytes.Equal(all, joined) {
				t.Errorf("Recv: got %d bytes, %v; want body and parts joined, %d bytes", len(all), err, len(joined))
			}
			r, err := server.RecvStream(soon(t))
			must(t, err)
			if all, err := io.ReadAll(r); err != nil || !bytes.Equal(all, joined) {
				t.Errorf("RecvStream: got %d bytes, %v; want body and parts joined, %d bytes", len(all), err, len(joined))
			}
			must(t, <-failed)
		}
	})
}

func TestAMessageAboveTheMaximumIsRefusedBeforeAByteIsWritten(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect(WithMaxMessage(100_000))
		var large *TooLargeError
		if err := client.Send(soon(t), make([]byte, 100_001)); !errors.As(err, &large) || large.Size != 100_001 || large.Limit != 100_000 {
			t.Errorf("Send: got %v, want TooLargeError of 100001 and 100000", err)
		}
		m := frame.Message{Body: make([]byte, 50_000), Parts: [][]byte{make([]byte, 49_993)}}
		if err := client.SendMessage(soon(t), m); !errors.As(err, &large) || large.Size != 100_001 {
			t.Errorf("SendMessage: got %v, want TooLargeError of 100001", err)
		}
		m.Parts[0] = m.Parts[0][1:]
		for i := range 2 {
			go func() {
				if i == 0 {
					client.Send(soon(t), pattern(100_000, 1))
				} else {
					client.SendMessage(soon(t), m)
				}
			}()
			got, err := server.RecvMessage(soon(t))
			must(t, err)
			if i == 0 && !bytes.Equal(got.Body, pattern(100_000, 1)) || i == 1 && len(got.Parts) != 1 {
				t.Error("a message of the maximum came changed")
			}
		}
	})
}

func TestAStreamedMessageHasNoMaximumButForThoseWhoReceiveItWhole(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect(WithMaxMessage(10_000))
		const size = 8 << 20
		send := func() { client.SendFrom(soon(t), &counted{size}, size) }
		go send()
		r, err := server.RecvStream(soon(t))
		must(t, err)
		if n, err := io.Copy(io.Discard, r); n != size || err != nil {
			t.Errorf("RecvStream: got %d bytes, %v; want %d", n, err, size)
		}
		go send()
		for range 2 {
			_, err = server.Recv(soon(t), nil)
			want(t, "Recv", err, ErrTooLarge)
		}
	})
}

func TestAnEarlierReaderEndsWithTheNextReceivingCall(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		go func() {
			for i := range 3 {
				client.Send(soon(t), pattern(200_000, uint64(i)))
			}
		}()
		r, err := server.RecvStream(soon(t))
		must(t, err)
		_, err = io.ReadFull(r, make([]byte, 10))
		must(t, err)
		got, err := server.Recv(soon(t), nil)
		if err != nil || !bytes.Equal(got, pattern(200_000, 1)) {
			t.Errorf("Recv: got %d bytes, %v; want the second message", len(got), err)
		}
		if _, err := r.Read(make([]byte, 10)); err != ErrClosed {
			t.Errorf("the reader: got %v, want ErrClosed", err)
		}
		last, err := server.RecvStream(soon(t))
		must(t, err)
		if got, err := io.ReadAll(last); err != nil || !bytes.Equal(got, pattern(200_000, 2)) {
			t.Errorf("then: got %d bytes, %v; want the third", len(got), err)
		}
	})
}

func TestAReceiptThatItsContextEndsContinuesWithTheNext(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		const size = 600_000 // beyond what the transport holds
		first, cancelFirst := context.WithCancel(soon(t))
		received := make(chan error, 1)
		go func() {
			_, err := server.Recv(first, nil)
			received <- err
		}()
		hold, release := io.Pipe()
		sent := make(chan error, 1)
		go func() { sent <- client.SendFrom(soon(t), hold, size) }()
		_, err := release.Write(pattern(size, 3)[:size/2])
		must(t, err)
		time.Sleep(20 * time.Millisecond) // usually long enough for the receiver to be in the middle
		cancelFirst()
		want(t, "Recv", <-received, context.Canceled)
		go release.Write(pattern(size, 3)[size/2:])
		got, err := server.Recv(soon(t), nil)
		if err != nil || !bytes.Equal(got, pattern(size, 3)) {
			t.Errorf("got %d bytes, %v; want the whole message", len(got), err)
		}
		must(t, <-sent)
	})
}

func TestASendWhoseContextEndsLeavesTheConnectionUsable(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		sent := 0
		for payload := pattern(40_000, 9); ; sent++ {
			ctx, cancel := context.WithTimeout(soon(t), 20*time.Millisecond)
			err := client.Send(ctx, payload)
			cancel()
			if err != nil {
				want(t, "Send", err, context.DeadlineExceeded)
				var wait *WaitError
				if !errors.As(err, &wait) || !wait.Timeout() {
					t.Errorf("got %v, want a WaitError that is a timeout", err)
				}
				break
			}
		}
		for i := range sent {
			if got, err := server.Recv(soon(t), nil); err != nil || !bytes.Equal(got, pattern(40_000, 9)) {
				t.Fatalf("message %d of %d: got %d bytes, %v", i, sent, len(got), err)
			}
		}
		must(t, client.Send(soon(t), []byte("usable")))
		if got, err := server.Recv(soon(t), nil); err != nil || string(got) != "usable" {
			t.Errorf("got %.20q, %v; want what was sent afterwards", got, err)
		}
	})
}

package shmring

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// readSome reads n bytes of the next message.
func readSome(t *testing.T, c *Consumer, n int) *Stream {
	t.Helper()
	s, err := c.RecvStream(soon(t))
	must(t, err)
	_, err = io.ReadFull(s, make([]byte, n))
	must(t, err)
	return s
}

// sendAll sends messages of the given sizes in pieces, behind one another.
func sendAll(t *testing.T, p *Producer, messages ...[]byte) {
	go func() {
		for _, m := range messages {
			if err := p.SendFrom(soon(t), bytes.NewReader(m), int64(len(m))); err != nil {
				t.Error(err)
			}
		}
	}()
}

func TestTheNextConsumerReceivesAMessageWholeThatTheLastOneHadBegun(t *testing.T) {
	s := heap(t, WithCapacity(64<<10))
	p, c := pair(t, s)
	message := pattern(30_000, 1) // four pieces
	sendAll(t, p, message, []byte("next"))
	eventually(t, "the message is sent", func() bool { return s.Stats().Sent == 5 })
	readSome(t, c, 20_000)
	killConsumer(s, c)
	heir := consumer(t, s)
	stream, err := heir.RecvStream(soon(t))
	must(t, err)
	got, err := io.ReadAll(stream)
	if err != nil || !bytes.Equal(got, message) {
		t.Fatalf("received %d bytes, %v, want all %d", len(got), err, len(message))
	}
	heir.Release()
	expect(t, heir, "next")
}

func TestAMessageThatTheLastConsumerReleasedInPartIsReportedAsLost(t *testing.T) {
	s := heap(t, WithCapacity(64<<10))
	p, c := pair(t, s)
	sendAll(t, p, pattern(200_000, 1), []byte("next"))
	readSome(t, c, 100_000)
	killConsumer(s, c)
	heir := consumer(t, s)
	_, err := heir.RecvStream(soon(t))
	var lost *LostMessageError
	if !errors.As(err, &lost) || !errors.Is(err, ErrFragment) || lost.Pieces < 12 || lost.Pieces > 26 || lost.Bytes < 90_000 || lost.Bytes > 200_000 {
		t.Fatalf("got %v, want a LostMessageError with what was skipped", err)
	}
	stream, err := heir.RecvStream(soon(t))
	must(t, err)
	if got, err := io.ReadAll(stream); err != nil || string(got) != "next" {
		t.Errorf("behind it: got %q, %v", got, err)
	}
}

func TestTheRestOfAMessageThatIsSkippedOnPurposeIsNotLost(t *testing.T) {
	s := heap(t, WithCapacity(64<<10))
	p, c := pair(t, s)
	sendAll(t, p, pattern(200_000, 1), []byte("next"))
	readSome(t, c, 10)
	c.Release()
	stream, err := c.RecvStream(soon(t))
	must(t, err)
	if got, err := io.ReadAll(stream); err != nil || string(got) != "next" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAnAssemblerReportsAMessageThatTheLastConsumerHadBegun(t *testing.T) {
	s := heap(t, WithKind(MPSC), WithCapacity(64<<10))
	p, c := pair(t, s)
	sendAll(t, p, pattern(30_000, 1), []byte("next"))
	eventually(t, "the message is sent", func() bool { return s.Stats().Sent == 5 })
	_, err := c.Next(soon(t))
	must(t, err)
	c.Release()
	killConsumer(s, c)
	a := NewAssembler(consumer(t, s), 1<<20)
	_, err = a.Recv(soon(t), nil)
	var lost *LostMessageError
	if !errors.As(err, &lost) || lost.Pieces != 3 {
		t.Fatalf("got %v, want a LostMessageError of three pieces", err)
	}
	if got, err := a.Recv(soon(t), nil); err != nil || string(got) != "next" {
		t.Errorf("behind it: got %q, %v", got, err)
	}
}

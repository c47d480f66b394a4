package shmring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
)

// counted is a source of so many bytes that tell where they belong.
type counted struct{ left int64 }

// countdown[i] is byte(-i).
var countdown = func() []byte {
	b := make([]byte, 64<<10)
	for i := range b {
		b[i] = byte(-i)
	}
	return b
}()

func (z *counted) Read(b []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(z.left, int64(len(b)))], countdown[256-z.left%256:])
	z.left -= int64(n)
	return n, nil
}

func TestAMessageFarLargerThanTheRingStreamsThroughIt(t *testing.T) {
	s, err := Heap(WithCapacity(1 << 20))
	must(t, err)
	defer s.Close()
	const size = 1 << 30
	total := int64(size)
	if testing.Short() || raceDetector {
		total = 64 << 20 // the race detector sees every byte: the whole takes it longer than soon allows
	}
	p, c := producer(t, s), consumer(t, s)
	failed := make(chan error, 1)
	go func() { failed <- p.SendFrom(soon(t), &counted{total}, total) }()
	m, err := c.RecvStream(soon(t))
	must(t, err)
	left, buf := total, make([]byte, 100_000)
	for {
		n, err := m.Read(buf)
		for i := 0; i < n; i += 997 {
			if buf[i] != byte(left-int64(i)) {
				t.Fatalf("byte %d is %d, want %d", total-left+int64(i), buf[i], byte(left-int64(i)))
			}
		}
		left -= int64(n)
		if err == io.EOF {
			break
		}
		must(t, err)
	}
	must(t, <-failed)
	if left != 0 {
		t.Errorf("%d of %d bytes are missing", left, total)
	}
}

func TestAStreamBringsWhatWasSentWhateverItsSize(t *testing.T) {
	for _, opts := range [][]Option{nil, {WithChecksum()}} {
		s, err := Heap(append(opts, WithCapacity(8<<10))...)
		must(t, err)
		p, c := producer(t, s), consumer(t, s)
		for _, size := range []int{0, 1, 1000, 1008, 1009, 4096, 8 << 10, 100_001} {
			failed := make(chan error, 1)
			go func() { failed <- p.SendFrom(soon(t), bytes.NewReader(pattern(size, 7)), int64(size)) }()
			m, err := c.RecvStream(soon(t))
			must(t, err)
			got, err := io.ReadAll(m)
			if err != nil || !bytes.Equal(got, pattern(size, 7)) {
				t.Errorf("size %d: got %d bytes, %v", size, len(got), err)
			}
			must(t, <-failed)
		}
		s.Close()
	}
}

func TestRecvLeavesAPieceInTheRing(t *testing.T) {
	s, err := Heap(WithCapacity(64 << 10))
	must(t, err)
	defer s.Close()
	p, c := producer(t, s), consumer(t, s)
	must(t, p.SendFrom(soon(t), bytes.NewReader(pattern(20_000, 1)), 20_000))
	for range 2 {
		_, err := c.Recv(soon(t), nil)
		want(t, "Recv", err, ErrFragment)
		_, err = c.TryRecv(nil)
		want(t, "TryRecv", err, ErrFragment)
	}
	m, err := c.RecvStream(soon(t))
	must(t, err)
	if got, err := io.ReadAll(m); err != nil || !bytes.Equal(got, pattern(20_000, 1)) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	must(t, p.TrySend([]byte("after")))
	expect(t, c, "after")
}

func TestAMessageThatItsSenderGaveUpNeverWas(t *testing.T) {
	s, err := Heap(WithCapacity(64 << 10))
	must(t, err)
	defer s.Close()
	p, c := producer(t, s), consumer(t, s)
	broken := errors.New("disk on fire")
	err = p.SendFrom(soon(t), io.MultiReader(bytes.NewReader(pattern(20_000, 1)), failing{broken}), 30_000)
	want(t, "SendFrom", err, broken)
	must(t, p.TrySend([]byte("next")))
	m, err := c.RecvStream(soon(t))
	must(t, err)
	got, err := io.ReadAll(m)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) == 0 || len(got) > 20_000 {
		t.Errorf("got %d bytes, %v; want some of 20000 and io.ErrUnexpectedEOF", len(got), err)
	}
	if _, again := m.Read(make([]byte, 1)); !errors.Is(again, io.ErrUnexpectedEOF) {
		t.Errorf("then: got %v, want the same error", again)
	}
	expect(t, c, "next")

	err = p.SendFrom(soon(t), bytes.NewReader(pattern(10, 1)), 30)
	want(t, "a source that ends early", err, io.ErrUnexpectedEOF)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestTheNextStreamSkipsWhatIsLeftOfTheLast(t *testing.T) {
	s, err := Heap(WithCapacity(64 << 10))
	must(t, err)
	defer s.Close()
	p, c := producer(t, s), consumer(t, s)
	for i := range 2 {
		must(t, p.SendFrom(soon(t), bytes.NewReader(pattern(20_000, uint64(i))), 20_000))
	}
	m, err := c.RecvStream(soon(t))
	must(t, err)
	_, err = io.ReadFull(m, make([]byte, 10))
	must(t, err)
	if _, err := c.RecvStream(soon(t)); !errors.Is(err, ErrBusy) {
		t.Errorf("with a piece lent: got %v, want ErrBusy", err)
	}
	c.Release()
	m, err = c.RecvStream(soon(t))
	must(t, err)
	if got, err := io.ReadAll(m); err != nil || !bytes.Equal(got, pattern(20_000, 1)) {
		t.Errorf("got %d bytes, %v; want the second message", len(got), err)
	}
}

func TestAnAssemblerSortsTheMessagesOfManyProducers(t *testing.T) {
	s, err := Heap(WithKind(MPSC), WithCapacity(64<<10))
	must(t, err)
	defer s.Close()
	const producers, messages = 4, 50
	var wg sync.WaitGroup
	for i := range producers {
		p := producer(t, s)
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer p.Close()
			for j := range messages {
				body := append([]byte{byte(i), byte(j)}, pattern(j*1500, uint64(i*1000+j))...)
				if err := p.SendFrom(soon(t), bytes.NewReader(body), int64(len(body))); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	a := NewAssembler(consumer(t, s), 1<<20)
	var next [producers]int
	var buf []byte
	for {
		buf, err = a.Recv(soon(t), buf)
		if err == io.EOF {
			break
		}
		must(t, err)
		i, j := int(buf[0]), int(buf[1])
		if j != next[i] || !bytes.Equal(buf[2:], pattern(j*1500, uint64(i*1000+j))) {
			t.Fatalf("producer %d: got message %d of %d bytes, want %d", i, j, len(buf), next[i])
		}
		next[i]++
	}
	wg.Wait()
	if next != [producers]int{messages, messages, messages, messages} {
		t.Errorf("got %v messages", next)
	}
}

func TestAnAssemblerDropsWhatADeadProducerBeganAndWhatIsTooLarge(t *testing.T) {
	s, err := Heap(WithKind(MPSC), WithCapacity(256<<10))
	must(t, err)
	defer s.Close()
	c := consumer(t, s)
	a := NewAssembler(c, 100_000)
	first := producer(t, s)
	err = first.SendFrom(soon(t), io.MultiReader(bytes.NewReader(pattern(50_000, 1)), failing{fmt.Errorf("killed")}), 80_000)
	if err == nil {
		t.Fatal("the source did not fail")
	}
	killProducer(s, first)
	second := producer(t, s) // in the same slot
	must(t, second.SendFrom(soon(t), bytes.NewReader(pattern(60_000, 2)), 60_000))
	got, err := a.Recv(soon(t), nil)
	if err != nil || !bytes.Equal(got, pattern(60_000, 2)) {
		t.Errorf("got %d bytes, %v; want the second message alone", len(got), err)
	}
	must(t, second.SendFrom(soon(t), bytes.NewReader(pattern(100_001, 3)), 100_001))
	must(t, second.TrySend([]byte("after")))
	var large *TooLargeError
	if _, err := a.Recv(soon(t), nil); !errors.As(err, &large) || large.Size != 100_001 || large.Limit != 100_000 {
		t.Errorf("a message of 100001 bytes: got %v, want TooLargeError with size and limit", err)
	}
	if got, err := a.Recv(soon(t), nil); err != nil || string(got) != "after" {
		t.Errorf("after it: got %q, %v", got, err)
	}
}

func TestSendFromEndsWithItsContext(t *testing.T) {
	s, err := Heap(WithCapacity(64 << 10))
	must(t, err)
	defer s.Close()
	p, c := producer(t, s), consumer(t, s)
	ctx, cancel := context.WithCancel(soon(t))
	failed := make(chan error, 1)
	go func() { failed <- p.SendFrom(ctx, &counted{1 << 20}, 1<<20) }()
	eventually(t, "the ring is full", func() bool { return s.Stats().FullWaits > 0 })
	cancel()
	want(t, "SendFrom", <-failed, context.Canceled)
	for !c.ring.Lent() {
		if _, err := c.TryNext(); err == ErrEmpty {
			break
		}
		c.Release()
	}
	must(t, p.TrySend([]byte("usable")))
	expect(t, c, "usable")
}

func TestAStreamWhoseMemoryWasReleasedIsOver(t *testing.T) {
	p, c := pair(t, heap(t))
	must(t, p.TrySend([]byte("abandoned")))
	must(t, p.TrySend([]byte("next")))
	st, err := c.RecvStream(ctx)
	must(t, err)
	b := make([]byte, 3)
	_, err = st.Read(b)
	must(t, err)
	c.Release()
	if n, err := st.Read(b); n != 0 || !errors.Is(err, ErrClosed) {
		t.Errorf("after Release: %d bytes, %v", n, err)
	}
	_, err = c.Next(ctx)
	must(t, err)
	if n, err := st.Read(b); n != 0 || !errors.Is(err, ErrClosed) {
		t.Errorf("with another record lent: %d bytes, %v", n, err)
	}
}

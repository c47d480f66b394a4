package namespaces

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// sharedDir returns a directory in shared memory that every user may enter.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "shmring-test-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o777))
	return dir
}

func feed(t *testing.T, dir string, opts ...shmring.Option) *shmring.Segment {
	t.Helper()
	s, err := shmring.Create("feed", append(opts, shmring.WithDir(dir), shmring.WithCapacity(64<<10), shmring.WithMode(0o666), shmring.WithWait(shmring.Park))...)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// eachPlace runs a test for both kinds of ring in every place.
func eachPlace(t *testing.T, test func(t *testing.T, p place, kind shmring.Kind)) {
	for _, p := range places {
		for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
			t.Run(p.name+"/"+kind.String(), func(t *testing.T) {
				t.Parallel()
				test(t, p, kind)
			})
		}
	}
}

func TestAProducerSendsFromAnotherPlace(t *testing.T) {
	eachPlace(t, func(t *testing.T, p place, kind shmring.Kind) {
		dir := sharedDir(t)
		s := feed(t, dir, shmring.WithKind(kind))
		c, err := s.Consumer()
		must(t, err)
		child := start(t, p, "send", dir)
		child.says("attached")
		child.tell()
		must(t, receiveAll(soon(t), c))
		child.says("sent")
		child.tell()
		if _, err := c.Recv(soon(t), nil); err == nil || errors.Is(err, shmring.ErrPeerDied) {
			t.Errorf("after the producer's Close: got %v, want io.EOF", err)
		}
	})
}

func TestAConsumerReceivesInAnotherPlace(t *testing.T) {
	eachPlace(t, func(t *testing.T, p place, kind shmring.Kind) {
		dir := sharedDir(t)
		s := feed(t, dir, shmring.WithKind(kind))
		producer, err := s.Producer()
		must(t, err)
		child := start(t, p, "receive", dir)
		child.says("attached")
		for i := range messages {
			must(t, producer.Send(soon(t), message(i)))
		}
		child.says("received")
	})
}

func TestADeathInAnotherPlaceIsReportedToASleeper(t *testing.T) {
	eachPlace(t, func(t *testing.T, p place, kind shmring.Kind) {
		dir := sharedDir(t)
		s := feed(t, dir, shmring.WithKind(kind))
		c, err := s.Consumer()
		must(t, err)
		child := start(t, p, "send", dir)
		child.says("attached")
		child.tell()
		must(t, receiveAll(soon(t), c))
		child.says("sent")
		got := make(chan error, 1)
		go func() {
			_, err := c.Recv(soon(t), nil)
			got <- err
		}()
		child.kill()
		if err := <-got; !errors.Is(err, shmring.ErrPeerDied) {
			t.Errorf("got %v, want ErrPeerDied", err)
		}
		heir, err := s.Producer()
		must(t, err)
		must(t, heir.Send(soon(t), []byte("after")))
		if b, err := c.Recv(soon(t), nil); err != nil || string(b) != "after" {
			t.Errorf("after a successor: got %q, %v", b, err)
		}
	})
}

//go:build amd64 || arm64

package shmring

import (
	"context"
	"fmt"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// receiveWithoutMembarrier receives from "feed" in directory args[0], and may not use membarrier once it has attached.
func receiveWithoutMembarrier(args []string) error {
	s, err := Open("feed", WithDir(args[0]), WithWait(Park))
	if err != nil {
		return err
	}
	defer s.Close()
	c, err := s.Consumer()
	if err != nil {
		return err
	}
	if err := denyMembarrier(); err != nil {
		return err
	}
	fmt.Println("ready")
	for i := range 200 {
		b, err := c.Recv(context.Background(), nil)
		if err != nil {
			return err
		}
		if string(b) != fmt.Sprint(i) {
			return fmt.Errorf("got %q, want %d", b, i)
		}
	}
	fmt.Println("received")
	return nil
}

// A sandbox may refuse membarrier after it was there at start-up. From the first refusal on, wakers must pass a full barrier.
func TestABarrierThatIsRefusedLaterIsMadeByTheWakers(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir))
	must(t, err)
	defer s.Close()
	p := producer(t, s)
	child := start(t, "receive without membarrier", dir)
	child.says("ready")
	eventually(t, "the wakers are told to pass a barrier", func() bool { return mem.Load32(&s.control().DataWait)&layout.FenceFlag != 0 })
	for i := range 200 {
		must(t, p.Send(soon(t), fmt.Append(nil, i)))
		eventually(t, "the consumer has it", func() bool { return s.Stats().Received == uint64(i+1) })
	}
	child.says("received")
}

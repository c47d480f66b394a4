package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// singleVariable says that this process is the one below.
const singleVariable = "SHMRING_TEST_SINGLE"

func TestEverythingWorksOnOneProcessor(t *testing.T) {
	if os.Getenv(singleVariable) != "" {
		t.Skip("this is the process on one processor")
	}
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "-test.run", "Unblocks|ContextEnds|ArriveInOrder|KeepTheirOrder|Unannounced|LargeBatch|Counted|VanishesCrashes", "-test.short")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", singleVariable+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("with GOMAXPROCS=1: %v\n%s", err, out)
	}
}

// copyRecords passes on the records of the segment "there" in directory args[0] to the segment "back", as numbers of
// their length.
func copyRecords(args []string) error {
	in, err := Open("there", WithDir(args[0]))
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := Open("back", WithDir(args[0]))
	if err != nil {
		return err
	}
	defer out.Close()
	c, err := in.Consumer()
	if err != nil {
		return err
	}
	p, err := out.Producer()
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for r, err := range c.All(context.Background()) {
		if err != nil {
			return err
		}
		if err := p.Send(context.Background(), fmt.Append(nil, len(r.Payload))); err != nil {
			return err
		}
	}
	return errors.Join(p.Close(), c.Close())
}

func TestTwoProcessesOnOneProcessorEachPlayPingPong(t *testing.T) {
	dir := memoryDir(t)
	there, err := Create("there", WithDir(dir), WithCapacity(4096))
	must(t, err)
	defer there.Close()
	back, err := Create("back", WithDir(dir), WithCapacity(4096))
	must(t, err)
	defer back.Close()
	peer := prepare(t, "copy", dir)
	peer.cmd.Env = append([]string{"GOMAXPROCS=1"}, peer.cmd.Env...)
	peer.start()
	peer.says("ready")
	p, c := producer(t, there), consumer(t, back)
	for i := range 2000 {
		must(t, p.Send(soon(t), make([]byte, i)))
		b, err := c.Recv(soon(t), nil)
		if err != nil || string(b) != fmt.Sprint(i) {
			t.Fatalf("got %q, %v; want %d", b, err, i)
		}
	}
	must(t, p.Close())
	_, err = c.Recv(soon(t), nil)
	want(t, "the end", err, io.EOF)
	peer.ends()
}

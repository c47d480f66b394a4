package conn_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// This test binary is also the other process: started with a role in the environment, it plays that role
// against the listener whose address is there too, until it is killed or its standard input ends.
const (
	roleVariable    = "SHMRING_TEST_ROLE"
	addressVariable = "SHMRING_TEST_ADDRESS"
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role, os.Getenv(addressVariable)); err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		os.Exit(1)
	}
}

func play(role, address string) error {
	opts := []shmring.Option{shmring.WithSocket(address)}
	switch role {
	case "relay":
		return relay(opts)
	case "busy socket":
		opts = append(opts, shmring.WithSocketOnly())
	}
	c, err := shmring.Dial(context.Background(), "test", opts...)
	if err != nil {
		return err
	}
	return chatter(c)
}

// chatter sends messages of all sizes and receives what comes, until the connection ends.
func chatter(c *shmring.Conn) error {
	go func() {
		for buf := []byte(nil); ; {
			var err error
			if buf, err = c.Recv(context.Background(), buf); err != nil {
				return
			}
		}
	}()
	payload := make([]byte, 300_000)
	for i := uint64(0); ; i++ {
		size := 8 + rand.IntN(100)
		if i%64 == 0 {
			size = rand.IntN(len(payload)-8) + 8
		}
		stamp(payload[:size], i)
		if err := c.Send(context.Background(), payload[:size]); err != nil {
			return err
		}
	}
}

// relay makes two connections to the listener for each byte on its standard input, and joins them: what
// one brings, the other gets.
func relay(opts []shmring.Option) error {
	for {
		if _, err := io.ReadFull(os.Stdin, make([]byte, 1)); err != nil {
			return nil
		}
		a, err := shmring.Dial(context.Background(), "test", opts...)
		if err != nil {
			return err
		}
		b, err := shmring.Dial(context.Background(), "test", opts...)
		if err != nil {
			return err
		}
		join(a.NetConn(), b.NetConn())
	}
}

// join copies both ways. A direction that ends is half closed, one that breaks closes both.
func join(a, b net.Conn) {
	pump := func(from, to net.Conn) {
		if _, err := io.Copy(to, from); err != nil || to.(interface{ CloseWrite() error }).CloseWrite() != nil {
			from.Close()
			to.Close()
		}
	}
	go pump(a, b)
	go pump(b, a)
}

// start starts the other process in a role.
func start(t testing.TB, role, address string) (cmd *exec.Cmd, in io.WriteCloser) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), roleVariable+"="+role, addressVariable+"="+address)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, in
}

func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

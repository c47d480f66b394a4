package trace

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring"
)

const (
	frames = 50
	// Large enough not to be copied into one buffer, small enough for a socket's buffer to take it whole.
	bodySize, partSize, parts = 1 << 10, 40 << 10, 3
)

// message is what talk sends.
func message() frame.Message {
	m := frame.Message{Body: make([]byte, bodySize)}
	for range parts {
		m.Parts = append(m.Parts, make([]byte, partSize))
	}
	return m
}

// talk sends messages to itself over a socket, each after the one before has arrived.
func talk(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	opts := []shmring.Option{shmring.WithSocket(filepath.Join(dir, "s")), shmring.WithSocketOnly()}
	l, err := shmring.Listen("trace", opts...)
	if err != nil {
		return err
	}
	defer l.Close()
	near, err := shmring.Dial(ctx, "trace", opts...)
	if err != nil {
		return err
	}
	defer near.Close()
	far, err := l.AcceptConn(ctx)
	if err != nil {
		return err
	}
	defer far.Close()
	m := message()
	for range frames {
		if err := near.SendMessage(ctx, m); err != nil {
			return err
		}
		if got, err := far.RecvMessage(ctx); err != nil {
			return err
		} else if got.Size() != m.Size() || len(got.Parts) != parts {
			return fmt.Errorf("got %d bytes in %d parts, want %d in %d", got.Size(), len(got.Parts), m.Size(), parts)
		}
	}
	return nil
}

// call matches a call in strace's output: its name and what it returned.
var call = regexp.MustCompile(`(?m)(?:^|\s)(?:<\.\.\. )?(writev|write|sendmsg|sendto)(?:\(| resumed>).*= (-?\d+)`)

func TestALargeFrameIsOneWritev(t *testing.T) {
	text := trace(t, "talk", t.TempDir(), "writev", "write", "sendmsg", "sendto")
	// What else the process writes, as the handshake, is small.
	whole, size := 0, message().Size()
	for _, m := range call.FindAllSubmatch(text, -1) {
		n, err := strconv.Atoi(string(m[2]))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case string(m[1]) == "writev" && n == size:
			whole++
		case n >= bodySize || string(m[1]) == "writev":
			t.Errorf("%s, where a frame is a writev of %d", bytes.TrimSpace(m[0]), size)
		}
	}
	if whole != frames {
		t.Errorf("%d frames took %d calls of writev", frames, whole)
	}
}

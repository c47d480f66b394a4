package many

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/shmring/ipc/shmring"
	"github.com/shmring/ipc/tests/child"
)

// The server is a process of its own. Messages come back from the address "messages", bytes from "bytes". For each
// line on its standard input it writes its state.
func TestMain(m *testing.M) { child.Main(m, serve) }

func serve(dir string) error {
	messages, err := shmring.Listen("messages", shmring.WithSocket(filepath.Join(dir, "messages")))
	if err != nil {
		return err
	}
	defer messages.Close()
	bytes, err := shmring.Listen("bytes", shmring.WithSocket(filepath.Join(dir, "bytes")))
	if err != nil {
		return err
	}
	defer bytes.Close()
	go child.Accept(func() (*shmring.Conn, error) { return messages.AcceptConn(context.Background()) }, echoMessages)
	go child.Accept(bytes.Accept, echoBytes)
	answers := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); ; {
		s, err := look()
		if err != nil {
			return err
		}
		if err := answers.Encode(s); err != nil {
			return err
		}
		if !lines.Scan() {
			return lines.Err()
		}
	}
}

func echoMessages(c *shmring.Conn) {
	defer c.Close()
	var buf []byte
	for err := error(nil); err == nil; {
		if buf, err = c.Recv(context.Background(), buf); err == nil {
			err = c.Send(context.Background(), buf)
		}
	}
}

func echoBytes(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 512)
	for err := error(nil); err == nil; {
		var n int
		if n, err = c.Read(buf); err == nil {
			_, err = c.Write(buf[:n])
		}
	}
}

// server is the other process.
type server struct {
	dir  string
	look func() state // at it
}

func startServer(t *testing.T) server {
	t.Helper()
	p := child.Start(t)
	answers := json.NewDecoder(p.Out)
	answer := func() (now state) {
		if err := answers.Decode(&now); err != nil {
			t.Fatalf("the server does not answer: %v", err)
		}
		return now
	}
	answer() // it listens
	return server{dir: p.Dir, look: func() state {
		if _, err := io.WriteString(p.In, "\n"); err != nil {
			t.Fatal(err)
		}
		return answer()
	}}
}

package many

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// The server is a process of its own: this test binary, started again with the folder of its sockets in the
// environment. Messages come back from the address "messages", bytes from "bytes". For each line on its
// standard input it writes its state.
const dirVar = "SHMRING_MANY_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(dirVar)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := serve(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

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
	go func() {
		for {
			c, err := messages.AcceptConn(context.Background())
			if err != nil {
				return
			}
			go echoMessages(c)
		}
	}()
	go func() {
		for {
			c, err := bytes.Accept()
			if err != nil {
				return
			}
			go echoBytes(c)
		}
	}()
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
	s := server{dir: t.TempDir()}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), dirVar+"="+s.dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	answers := json.NewDecoder(out)
	answer := func() (now state) {
		if err := answers.Decode(&now); err != nil {
			t.Fatalf("the server does not answer: %v", err)
		}
		return now
	}
	answer() // it listens
	s.look = func() state {
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Fatal(err)
		}
		return answer()
	}
	return s
}

package shmring_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring"
)

// address returns where an example's two ends meet. A program of its own needs no address: its name will do.
func address() (shmring.Option, func()) {
	dir, err := os.MkdirTemp("", "shmring")
	if err != nil {
		log.Fatal(err)
	}
	return shmring.WithSocket(filepath.Join(dir, "s")), func() { os.RemoveAll(dir) }
}

func ExampleListen() {
	at, clean := address()
	defer clean()
	ctx := context.Background()

	l, err := shmring.Listen("shout", at)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	go func() { // usually another process
		c, err := l.AcceptConn(ctx)
		if err != nil {
			log.Fatal(err)
		}
		defer c.Close()
		var buf []byte
		for {
			buf, err = c.Recv(ctx, buf)
			if err == io.EOF {
				return
			}
			if err == nil {
				err = c.Send(ctx, []byte(strings.ToUpper(string(buf))))
			}
			if err != nil {
				log.Fatal(err)
			}
		}
	}()

	c, err := shmring.Dial(ctx, "shout", at)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Send(ctx, []byte("hello")); err != nil {
		log.Fatal(err)
	}
	answer, err := c.Recv(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(answer))
	// Output: HELLO
}

// A server that has only the net.Conn asks it for the connection beneath, and that for the process at the other end.
func ExampleListener_Accept() {
	at, clean := address()
	defer clean()
	l, err := shmring.Listen("who", at)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	client, err := shmring.Dial(context.Background(), "who", at)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	accepted, err := l.Accept()
	if err != nil {
		log.Fatal(err)
	}
	defer accepted.Close()
	if c, ok := accepted.(interface{ Conn() *shmring.Conn }); ok {
		fmt.Println(c.Conn().Peer().PID == os.Getpid())
	}
	// Output: true
}

func ExampleConn_Transport() {
	at, clean := address()
	defer clean()
	l, err := shmring.Listen("any", at)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	c, err := shmring.Dial(context.Background(), "any", at, shmring.WithSocketOnly())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	fmt.Printf("%s: %s\n", c.Transport(), c.Transport().Reason)
	// Output: socket: an option asked for the socket (WithSocketOnly)
}

func ExampleConn_SendMessage() {
	ctx := context.Background()
	a, b, err := shmring.Pipe()
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	picture := make([]byte, 1000)
	if err := a.SendMessage(ctx, frame.Message{Body: []byte("a picture"), Parts: [][]byte{picture}}); err != nil {
		log.Fatal(err)
	}
	m, err := b.RecvMessage(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, %d bytes\n", m.Body, len(m.Parts[0]))
	// Output: a picture, 1000 bytes
}

func ExampleConn_RecvStream() {
	ctx := context.Background()
	a, b, err := shmring.Pipe(shmring.WithCapacity(64 << 10))
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	const size = 10 << 20 // far more than the ring holds
	go func() {
		if err := a.SendFrom(ctx, strings.NewReader(strings.Repeat("x", size)), size); err != nil {
			log.Fatal(err)
		}
	}()
	r, err := b.RecvStream(ctx)
	if err != nil {
		log.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r)
	fmt.Println(n, err)
	// Output: 10485760 <nil>
}

func ExampleConn_NetConn() {
	at, clean := address()
	defer clean()
	ctx := context.Background()
	l, err := shmring.Listen("web", at)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s over %s", r.URL.Path, r.Context().Value(http.LocalAddrContextKey).(interface{ Network() string }).Network())
		}),
		ReadHeaderTimeout: time.Minute,
	}
	go server.Serve(l) // a shmring.Listener is a net.Listener
	defer server.Close()

	c, err := shmring.Dial(ctx, "web", at)
	if err != nil {
		log.Fatal(err)
	}
	conn := c.NetConn() // a net.Conn
	defer conn.Close()
	fmt.Fprint(conn, "GET /index HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(conn)
	if err != nil {
		log.Fatal(err)
	}
	_, body, _ := strings.Cut(string(answer), "\r\n\r\n")
	fmt.Println(body)
	// Output: /index over unix
}

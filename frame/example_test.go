package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/shmring/ipc/frame"
)

func Example() {
	near, far := net.Pipe()
	go func() {
		w := frame.NewWriter(near)
		err := w.Write(context.Background(), frame.Message{
			Body:  []byte("two pictures"),
			Parts: [][]byte{[]byte("first"), []byte("second")},
		})
		if err != nil {
			fmt.Println(err)
		}
		near.Close()
	}()

	r := frame.NewReader(far)
	for {
		m, err := r.Read(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%s: %s\n", m.Body, m.Parts)
	}
	// Output: two pictures: [first second]
}

// A deadline in the middle of a frame leaves the Writer where it was; the same call continues.
func ExampleWriter_Write() {
	near, far := net.Pipe() // has no buffer: nobody reads, nothing is written
	w := frame.NewWriter(near)
	m := frame.Message{Body: []byte("hello")}

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	err := w.Write(ctx, m)
	fmt.Println(frame.Resumable(err), errors.Is(err, context.DeadlineExceeded))

	go func() {
		if err := w.Write(context.Background(), m); err != nil {
			fmt.Println(err)
		}
	}()
	got, err := frame.NewReader(far).Read(context.Background())
	fmt.Printf("%s %v\n", got.Body, err)
	// Output:
	// true true
	// hello <nil>
}

func ExampleWriter_Queue() {
	var conn bytes.Buffer
	w := frame.NewWriter(&conn)
	for _, s := range []string{"a", "b", "c"} {
		if err := w.Queue(context.Background(), frame.Message{Body: []byte(s)}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(conn.Len(), "bytes written,", w.Pending(), "pending")
	err := w.Flush(context.Background())
	fmt.Println(conn.Len(), "bytes written,", w.Pending(), "pending", err)
	// Output:
	// 0 bytes written, 51 pending
	// 51 bytes written, 0 pending <nil>
}

func ExampleReader_Read() {
	r := frame.NewReader(bytes.NewReader([]byte("\x00\x00\x00\x00\x00\x00\x00\x0d" + "\x00\x00\x00\x00\x00\x00\x00\x05hello" + "cut")))
	m, err := r.Read(context.Background())
	fmt.Printf("%s %v\n", m.Body, err)
	_, err = r.Read(context.Background())
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output:
	// hello <nil>
	// true
}

func ExampleReader_Detach() {
	stream := frame.Message{Body: []byte("second")}.AppendTo(frame.Message{Body: []byte("first")}.AppendTo(nil))
	r := frame.NewReader(bytes.NewReader(stream))
	first, _ := r.Read(context.Background())
	r.Detach() // first is ours now
	second, _ := r.Read(context.Background())
	fmt.Printf("%s %s\n", first.Body, second.Body)
	// Output: first second
}

func ExampleMessage_Buffers() {
	m := frame.Message{Body: []byte("body"), Parts: [][]byte{[]byte("part")}}
	var conn bytes.Buffer
	buffers := m.Buffers()
	n, err := buffers.WriteTo(&conn) // one writev on a socket
	fmt.Println(n, m.Size(), err)
	// Output: 32 32 <nil>
}

func ExampleParse() {
	framed := frame.Message{Body: []byte("body"), Parts: [][]byte{[]byte("part")}}.AppendTo(nil)
	m, err := frame.Parse(framed[8:]) // without the total
	fmt.Printf("%s %s %v\n", m.Body, m.Parts, err)
	// Output: body [part] <nil>
}

func ExampleNewPool() {
	pool := frame.NewPool(16 << 20) // shared by all connections of a server
	near, far := net.Pipe()
	w, r := frame.NewWriter(near, frame.WithPool(pool)), frame.NewReader(far, frame.WithPool(pool))
	go w.Write(context.Background(), frame.Message{Body: make([]byte, 1<<20)})
	m, err := r.Read(context.Background())
	fmt.Println(len(m.Body), err)
	// Output: 1048576 <nil>
}

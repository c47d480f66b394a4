package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// BenchmarkConnStream sends messages to another process, over a Conn and with one Write each over a Unix
// socket of package net, whose reader takes 64 KiB at a time. A round is a burst of messages and the reader's word
// that all have come.
//
//	go test ./bench -run '^$' -bench ConnStream -benchtime 200x
func BenchmarkConnStream(b *testing.B) {
	for _, size := range []int{64, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("message=%dB", size), func(b *testing.B) {
			dir := startChild(b, "adaptive")
			count := min(32<<20/size, 50_000)
			o := order{sink, uint64(count), uint64(size)}
			conn, plain := dialConn(b, dir, o, shmring.Adaptive), dialStream(b, dir, "unix", o)
			ctx := context.Background()
			payload, word := make([]byte, size), make([]byte, 1)
			race(b, 1,
				rival{"ring", func() (err error) {
					for range count {
						if err = conn.Send(ctx, payload); err != nil {
							return err
						}
					}
					word, err = conn.Recv(ctx, word)
					return err
				}},
				rival{"unix", func() error { return burst(plain, payload, count, word) }},
			)
		})
	}
}

// burst writes payload count times and waits for one byte.
func burst(c net.Conn, payload []byte, count int, word []byte) error {
	for range count {
		if _, err := c.Write(payload); err != nil {
			return err
		}
	}
	_, err := c.Read(word[:1])
	return err
}

// BenchmarkConnRoundTrip sends a message of 64 bytes to another process and waits until it comes back.
//
//	go test ./bench -run '^$' -bench ConnRoundTrip -benchtime 200x
func BenchmarkConnRoundTrip(b *testing.B) {
	for _, wait := range []shmring.Wait{shmring.Spin, shmring.Adaptive, shmring.Park} {
		b.Run("wait="+wait.String(), func(b *testing.B) {
			dir := startChild(b, wait.String())
			o := order{echo, 1 << 62, 64}
			conn, plain := dialConn(b, dir, o, wait), dialStream(b, dir, "unix", o)
			ctx := context.Background()
			payload := make([]byte, 64)
			race(b, 200,
				rival{"ring", func() (err error) {
					if err = conn.Send(ctx, payload); err == nil {
						payload, err = conn.Recv(ctx, payload)
					}
					return err
				}},
				rival{"unix", func() error { return trip(plain, payload) }},
			)
		})
	}
}

func trip(c net.Conn, payload []byte) error {
	if _, err := c.Write(payload); err != nil {
		return err
	}
	_, err := io.ReadFull(c, payload)
	return err
}

// BenchmarkNetConn compares the byte stream with a Unix socket of package net: writes of 64 KiB, and a
// round trip of 64 bytes.
//
//	go test ./bench -run '^$' -bench NetConn -benchtime 200x
func BenchmarkNetConn(b *testing.B) {
	b.Run("stream=64KiB", func(b *testing.B) {
		dir := startChild(b, "adaptive")
		const size, count = 64 << 10, 512
		o := order{sink, count, size}
		stream, plain := dialStream(b, dir, "stream", o), dialStream(b, dir, "unix", o)
		payload, word := make([]byte, size), make([]byte, 1)
		race(b, 1,
			rival{"ring", func() error { return burst(stream, payload, count, word) }},
			rival{"unix", func() error { return burst(plain, payload, count, word) }},
		)
	})
	b.Run("roundtrip=64B", func(b *testing.B) {
		dir := startChild(b, "adaptive")
		o := order{echo, 1, 64}
		stream, plain := dialStream(b, dir, "stream", o), dialStream(b, dir, "unix", o)
		payload := make([]byte, 64)
		race(b, 200,
			rival{"ring", func() error { return trip(stream, payload) }},
			rival{"unix", func() error { return trip(plain, payload) }},
		)
	})
}

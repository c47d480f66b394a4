package shmring

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"
)

// BenchmarkDial measures what a new connection costs: connect, handshake, memory, and Close of both ends. The last one is
// a Unix socket without any of that.
func BenchmarkDial(b *testing.B) {
	for name, opts := range map[string][]Option{
		"ring=64KiB":  {WithCapacity(64 << 10)},
		"ring=256KiB": nil,
		"ring=1MiB":   {WithCapacity(1 << 20)},
		"frames":      {WithSocketOnly()},
	} {
		b.Run(name, func(b *testing.B) {
			opts := append(opts, WithSocket(filepath.Join(b.TempDir(), "s")))
			l, err := Listen("dial", opts...)
			must(b, err)
			defer l.Close()
			go func() {
				for {
					c, err := l.AcceptConn(b.Context())
					if err != nil {
						return
					}
					go func() {
						c.Recv(b.Context(), nil)
						c.Close()
					}()
				}
			}()
			for b.Loop() {
				c, err := Dial(b.Context(), "dial", opts...)
				must(b, err)
				must(b, c.Close())
			}
		})
	}
	b.Run("net", func(b *testing.B) {
		l, err := net.Listen("unix", filepath.Join(b.TempDir(), "s"))
		must(b, err)
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					fmt.Fscan(c)
					c.Close()
				}()
			}
		}()
		for b.Loop() {
			c, err := net.Dial("unix", l.Addr().String())
			must(b, err)
			must(b, c.Close())
		}
	})
}

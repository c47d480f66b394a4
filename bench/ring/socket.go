package main

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// A transport is a pair of byte streams between two processes, as a Go program gets them from the standard
// library. Records have a fixed size, so that no transport pays for a length.
type transport struct {
	accept func(path string) (io.ReadWriteCloser, error)
	dial   func(path string) (io.ReadWriteCloser, error)
}

func unixSocket() transport {
	return transport{
		accept: func(path string) (io.ReadWriteCloser, error) { return acceptOne("unix", path, path) },
		dial:   func(path string) (io.ReadWriteCloser, error) { return dialRetry("unix", path) },
	}
}

func tcpLoopback() transport {
	return transport{
		accept: func(path string) (io.ReadWriteCloser, error) { return acceptOne("tcp", "127.0.0.1:0", path) },
		dial:   func(path string) (io.ReadWriteCloser, error) { return dialRetry("tcp", path) },
	}
}

func namedPipe() transport {
	return transport{
		accept: func(path string) (io.ReadWriteCloser, error) { return openPipes(path+".there", path+".back") },
		dial:   func(path string) (io.ReadWriteCloser, error) { return openPipes(path+".back", path+".there") },
	}
}

// acceptOne listens, leaves a TCP address in the file at path, and returns the first connection.
func acceptOne(network, address, path string) (io.ReadWriteCloser, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	if network == "tcp" {
		if err := os.WriteFile(path+".new", []byte(l.Addr().String()), 0o600); err != nil {
			return nil, err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return nil, err
		}
	}
	return l.Accept()
}

// dialRetry connects as soon as the other process listens, within five seconds.
func dialRetry(network, path string) (io.ReadWriteCloser, error) {
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		address, err := path, error(nil)
		if network == "tcp" {
			var b []byte
			b, err = os.ReadFile(path)
			address = string(b)
		}
		var c net.Conn
		if err == nil {
			c, err = net.Dial(network, address)
		}
		if err == nil {
			return c, nil
		}
		if absent := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED); !absent || time.Since(begun) > 5*time.Second {
			return nil, err
		}
	}
}

// A pipes is a pair of named pipes.
type pipes struct{ in, out *os.File }

func openPipes(in, out string) (io.ReadWriteCloser, error) {
	var p pipes
	for _, end := range []struct {
		path string
		file **os.File
	}{{in, &p.in}, {out, &p.out}} {
		if err := makePipe(end.path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		// Read and write: opening waits for nobody, and the bytes outlive a sender that has left.
		f, err := os.OpenFile(end.path, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		*end.file = f
	}
	return p, nil
}

func (p pipes) Read(b []byte) (int, error)  { return p.in.Read(b) }
func (p pipes) Write(b []byte) (int, error) { return p.out.Write(b) }
func (p pipes) Close() error                { return errors.Join(p.in.Close(), p.out.Close()) }

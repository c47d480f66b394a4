package lane

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

// Stream receives records of the given size, in bytes, from a peer that sends for the given time, and
// verifies them. Whatever it needs is gone when it returns, also when ctx ends.
func Stream(ctx context.Context, c Contender, size int, length time.Duration) (load.Received, error) {
	j := Job{Contender: c, Role: Send, Size: size, For: length}
	var tally load.Tally
	err := j.measure(ctx, func(ctx context.Context, l *lane) error {
		if c.Transport == Ring {
			return ringRecv(ctx, l.in, &tally)
		}
		return wireRecv(l.wire, size, &tally)
	})
	return tally.Result(), err
}

// RoundTrips asks a peer questions of the given size, in bytes, for the given time.
func RoundTrips(ctx context.Context, c Contender, size int, length time.Duration) (load.RoundTrips, error) {
	j := Job{Contender: c, Role: Answer, Size: size}
	trips := load.NewTrips()
	err := j.measure(ctx, func(ctx context.Context, l *lane) error {
		var ask func([]byte) ([]byte, error)
		if c.Transport == Ring {
			ask = l.ask(ctx)
		} else {
			ask = wireAsk(l.wire, size)
		}
		return trips.Run(load.Limit{For: length}, size, ask)
	})
	return trips.Result(), err
}

// A lane is this process's end of whatever transport.
type lane struct {
	*duplex               // rings
	wire    io.ReadWriter // all others
}

// measure starts the peer, connects and calls work, whose context ends when the peer fails.
func (j Job) measure(ctx context.Context, work func(context.Context, *lane) error) error {
	switch j.Transport {
	case Ring:
		return j.runRing(ctx, work)
	case Pipe:
		return j.withPeer(ctx, func(ctx context.Context, p *peer) error {
			return work(ctx, &lane{wire: duo{p.out, p.in}})
		})
	}
	return j.runSocket(ctx, work)
}

func (j Job) runRing(ctx context.Context, work func(context.Context, *lane) error) (err error) {
	j.Address = "shmbench-" + rand.Text()[:12]
	d := &duplex{}
	if j.Role == Send {
		if d.segments[0], err = shmring.Create(j.Address, j.newOptions()...); err == nil {
			d.in, err = d.segments[0].Consumer()
		}
		defer shmring.Remove(j.Address, j.dirOptions()...)
	} else {
		d, err = openDuplex(shmring.Create, j.newOptions(), j.Address, j.Address+backSuffix)
		defer shmring.Remove(j.Address, j.dirOptions()...)
		defer shmring.Remove(j.Address+backSuffix, j.dirOptions()...)
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err != nil {
		return err
	}
	return j.withPeer(ctx, func(ctx context.Context, p *peer) error {
		err := work(ctx, &lane{duplex: d})
		return errors.Join(err, d.close()) // so that an answering peer sees the end
	})
}

func (j Job) runSocket(ctx context.Context, work func(context.Context, *lane) error) error {
	address := "127.0.0.1:0"
	if j.Transport == Unix {
		dir, err := os.MkdirTemp("", "shmbench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		address = filepath.Join(dir, "socket")
	}
	listener, err := net.Listen(string(j.Transport), address)
	if err != nil {
		return err
	}
	defer listener.Close()
	j.Address = listener.Addr().String()
	return j.withPeer(ctx, func(ctx context.Context, p *peer) error {
		stop := context.AfterFunc(ctx, func() { listener.Close() })
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		defer conn.Close()
		stop()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		return work(ctx, &lane{wire: conn})
	})
}

// withPeer runs the peer beside work. When work is done the peer has to end; when ctx ends it is killed.
func (j Job) withPeer(ctx context.Context, work func(context.Context, *peer) error) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	p, err := startPeer(inner, j, cancel)
	if err != nil {
		return err
	}
	err = work(inner, p)
	failed := inner.Err() != nil
	if err != nil {
		cancel()
	}
	peerErr := p.finish()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed || err == nil:
		return peerErr // the cause of whatever work met
	}
	return err
}

package lane

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// PeerCommand is the word before the job on the peer's command line.
const PeerCommand = "peer"

// Peer does the job, which is the JSON of a [Job]. in and out are the peer's ends of a pipe; for other
// transports the end of in says that the process which started the peer is gone.
func Peer(ctx context.Context, job string, in io.Reader, out io.Writer) error {
	var j Job
	if err := json.Unmarshal([]byte(job), &j); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	if j.Transport == Pipe {
		return j.onWire(duo{in, out})
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		io.Copy(io.Discard, in)
		cancel(errDone)
	}()
	err := j.run(ctx)
	if context.Cause(ctx) == errDone && (errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)) {
		return nil // that was meant to end us
	}
	return err
}

// errDone: nobody is interested in us any more.
var errDone = errors.New("done")

// run is the peer's part for all transports but the pipe.
func (j Job) run(ctx context.Context) error {
	switch {
	case j.Transport == Ring && j.Role == Send:
		return ringSend(ctx, j)
	case j.Transport == Ring:
		return ringAnswer(ctx, j)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, string(j.Transport), j.Address)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return j.onWire(conn)
}

func (j Job) onWire(rw io.ReadWriter) error {
	if j.Role == Send {
		return wireSend(rw, j)
	}
	return wireAnswer(rw, j.Size)
}

// duo joins two one-way streams.
type duo struct {
	io.Reader
	io.Writer
}

// A peer is the second process, seen from the first.
type peer struct {
	in  io.WriteCloser
	out *os.File
	end chan error
}

// startPeer starts this program again with the job. When it fails, failed is called.
func startPeer(ctx context.Context, j Job, failed func()) (*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	job, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	var diagnostics bytes.Buffer
	cmd := exec.CommandContext(ctx, self, PeerCommand, string(job))
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = theirs, &diagnostics, time.Second
	p := &peer{out: out, end: make(chan error, 1)}
	if p.in, err = cmd.StdinPipe(); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	go func() {
		err := cmd.Wait()
		if err != nil {
			err = fmt.Errorf("second process: %w: %s", err, bytes.TrimSpace(diagnostics.Bytes()))
			failed()
		}
		p.end <- err
	}()
	return p, nil
}

// finish waits for the peer to end and reports its failure, if it had one.
func (p *peer) finish() error {
	p.in.Close()
	defer p.out.Close()
	return <-p.end
}

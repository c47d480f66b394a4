package sock

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Send writes all of b to c, and the files' descriptors with its first byte. b is not empty.
func Send(c *net.UnixConn, b []byte, files ...*os.File) error {
	if len(files) == 0 {
		_, err := c.Write(b)
		return err
	}
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	n, _, err := c.WriteMsgUnix(b, unix.UnixRights(fds...), nil)
	for _, f := range files {
		if _, statErr := f.Stat(); statErr != nil { // also keeps f alive until here
			return statErr
		}
	}
	if err == nil && n < len(b) {
		_, err = c.Write(b[n:])
	}
	return err
}

// maxFiles is how many descriptors Linux passes with one message, at most (SCM_MAX_FD).
const maxFiles = 253

// Receive reads exactly len(b) bytes from c and returns the files that came with them, at most limit,
// in the order in which they were sent. More of them, or anything else beside the bytes, is an error. Fewer than were
// sent may come: the system leaves out those for which this process has no descriptor left, or that a security module
// refuses. io.EOF before the first byte, io.ErrUnexpectedEOF after it.
func Receive(c *net.UnixConn, b []byte, limit int) (files []*os.File, err error) {
	defer func() {
		if err != nil {
			for _, f := range files {
				err = errors.Join(err, f.Close())
			}
			files = nil
		}
	}()
	// There is room for all that can be sent, so that nothing is cut off (MSG_CTRUNC) for want of it.
	oob := make([]byte, unix.CmsgSpace(4*maxFiles))
	for got := 0; got < len(b); {
		n, oobn, flags, _, err := c.ReadMsgUnix(b[got:], oob)
		more, oobErr := open(oob[:max(oobn, 0)])
		files = append(files, more...)
		switch {
		case n == 0 && (err == nil || errors.Is(err, io.EOF)):
			if got > 0 {
				return files, io.ErrUnexpectedEOF
			}
			return files, io.EOF
		case err != nil:
			return files, err
		case oobErr != nil:
			return files, oobErr
		case len(files) > limit:
			return files, fmt.Errorf("sock: %d descriptors came, want at most %d", len(files), limit)
		case limit == 0 && flags&unix.MSG_CTRUNC != 0:
			return files, errors.New("sock: descriptors came, want none")
		}
		got += n
	}
	return files, nil
}

// open turns control messages into files.
func open(oob []byte) (files []*os.File, err error) {
	if len(oob) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, os.NewSyscallError("parse control message", err)
	}
	for i := range messages {
		fds, rightsErr := unix.ParseUnixRights(&messages[i])
		if rightsErr != nil {
			err = errors.Join(err, fmt.Errorf("sock: unexpected control message: %w", rightsErr))
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), fmt.Sprintf("received:%d", fd)))
		}
	}
	return files, err
}

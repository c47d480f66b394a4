package shmring

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// address is where Listen and Dial meet.
type address struct {
	network string // "unix" or "tcp"
	text    string // as the system takes it
	file    string // absolute path of the socket file; empty without one
}

// maxSocketPath is the longest path of a socket file in bytes, on any system.
const maxSocketPath = 103

// Suffixes of a socket's file name, beside the segments, and of its lock's, beside the socket.
const (
	socketSuffix = ".sock"
	lockSuffix   = ".lock"
)

// resolveAddress returns the address for a name: WithSocket's, or a socket file of that name beside the segments.
func resolveAddress(name string, o *options) (address, error) {
	text := o.socket
	if text == "" {
		if reason := nameFault(name); reason != "" {
			return address{}, &NameError{Name: name, Reason: reason}
		}
		text = filepath.Join(cmp.Or(o.dir, shm.DefaultDir()), name+socketSuffix)
	} else if host, _, err := net.SplitHostPort(text); err == nil && !strings.ContainsRune(host, filepath.Separator) && !strings.ContainsRune(text, '/') {
		return address{network: "tcp", text: text}, nil
	}
	at := address{network: "unix", text: text}
	if text[0] != '@' {
		var err error
		if at.file, err = o.absolute(text); err != nil {
			return address{}, err
		}
		if len(at.file) <= maxSocketPath { // or only the relative path is short enough
			at.text = at.file
		}
	}
	if len(at.text) > maxSocketPath {
		return address{}, &NameError{Name: text, Reason: fmt.Sprintf("the socket's path has %d bytes, want at most %d (WithSocket, WithDir)", len(at.text), maxSocketPath)}
	}
	return at, nil
}

// lockPath is the file whose lock says that a listener lives.
func (a address) lockPath() string { return a.file + lockSuffix }

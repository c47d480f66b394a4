package shmring

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
)

// address is where Listen and Dial meet.
type address struct {
	network string // "unix" or "tcp"
	text    string
	file    bool // there is a socket file to look after
}

// maxSocketPath is the longest path of a socket file in bytes, on any system.
const maxSocketPath = 103

// Suffixes of a socket's file name, beside the segments, and of its lock's, beside the socket.
const (
	socketSuffix = ".sock"
	lockSuffix   = ".lock"
)

// meetingPoint works out the address for a name: WithSocket's, or a socket file of that name beside the
// segments.
func resolveAddress(name string, o *options) (address, error) {
	text := o.socket
	if text == "" {
		path, err := segmentPath(name, o)
		if err != nil {
			return address{}, err
		}
		text = strings.TrimSuffix(path, suffix) + socketSuffix
	} else if host, _, err := net.SplitHostPort(text); err == nil && !strings.ContainsRune(host, filepath.Separator) && !strings.ContainsRune(text, '/') {
		return address{network: "tcp", text: text}, nil
	}
	if len(text) > maxSocketPath {
		return address{}, &NameError{Name: text, Reason: fmt.Sprintf("the socket's path has %d bytes, want at most %d (WithSocket, WithDir)", len(text), maxSocketPath)}
	}
	return address{network: "unix", text: text, file: text[0] != '@'}, nil
}

// lockPath is the file whose lock says that a listener lives.
func (a address) lockPath() string { return a.text + lockSuffix }

package shmring

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// address is where Listen and Dial meet.
type address struct {
	network string // "unix" or "tcp"
	text    string // as package net takes it
	path    string // of the socket file, absolute; empty if there is none
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
	if o.socket != "" {
		return parseAddress(o.socket, o)
	}
	if reason := nameFault(name); reason != "" {
		return address{}, &NameError{Name: name, Reason: reason}
	}
	return fileAddress(filepath.Join(cmp.Or(o.dir, shm.DefaultDir()), name+socketSuffix), o)
}

// parseAddress tells the three kinds of address apart: a name in the abstract space begins with an at sign; a path has a
// separator, or neither that nor a colon; anything else is host:port.
func parseAddress(text string, o *options) (address, error) {
	refuse := func(reason string) (address, error) { return address{}, &NameError{Name: text, Reason: reason} }
	switch {
	case text == "@":
		return refuse("an abstract socket needs a name behind the @")
	case text[0] == '@':
		if len(text) > maxSocketPath {
			return refuse(fmt.Sprintf("the abstract name has %d bytes, want at most %d (WithSocket)", len(text), maxSocketPath))
		}
		return address{network: "unix", text: text}, nil
	case strings.ContainsRune(text, '/') || strings.ContainsRune(text, filepath.Separator):
		return fileAddress(text, o)
	case strings.ContainsRune(text, ':'):
		if _, port, err := net.SplitHostPort(text); err != nil {
			return refuse("it is neither host:port (" + err.Error() + ") nor a path (which has a slash)")
		} else if port == "" {
			return refuse("the port is missing; want host:port")
		}
		return address{network: "tcp", text: text}, nil
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return refuse("it is an IP address without a port; want host:port")
	}
	return fileAddress(text, o)
}

// fileAddress returns the address of a socket file.
func fileAddress(path string, o *options) (address, error) {
	if strings.ContainsRune(path, 0) {
		return address{}, &NameError{Name: path, Reason: "the path has a zero byte"}
	}
	absolute, err := o.absolute(path)
	if err != nil {
		return address{}, err
	}
	at := address{network: "unix", text: path, path: absolute}
	if len(absolute) <= maxSocketPath { // or only the relative path is short enough
		at.text = absolute
	}
	if len(at.text) > maxSocketPath {
		return address{}, &NameError{Name: path, Reason: fmt.Sprintf("the socket's path has %d bytes, want at most %d (WithSocket, WithDir)", len(at.text), maxSocketPath)}
	}
	return at, nil
}

// lockPath returns the file whose lock says that a listener lives.
func (a address) lockPath() string { return a.path + lockSuffix }

// lockMode returns the permissions of the socket's lock: those who may connect may also take a dead listener's place, except
// for everybody else, who could keep others from listening.
func lockMode(socket os.FileMode) os.FileMode { return (socket | 0o600) &^ 0o007 }

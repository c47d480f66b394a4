package shmring

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// suffix of a segment's file name.
const suffix = ".shmring"

// maxName is the longest name in bytes: what leaves room for suffixes in a file name.
const maxName = 200

// segmentPath checks a name and returns the file it stands for.
func segmentPath(name string, o *options) (string, error) {
	reason := ""
	switch {
	case name == "":
		reason = "it is empty"
	case len(name) > maxName:
		reason = fmt.Sprintf("%d bytes, allowed are %d", len(name), maxName)
	case name[0] == '.' || name[0] == '-':
		reason = "it must not begin with a dot or a hyphen"
	case strings.Trim(name, nameBytes) != "" || strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(nameBytes, r) }):
		reason = "allowed are letters, digits, dot, hyphen and underscore"
	}
	if reason != "" {
		return "", &NameError{Name: name, Reason: reason}
	}
	dir := o.dir
	if dir == "" {
		dir = shm.DefaultDir()
	}
	return filepath.Join(dir, name+suffix), nil
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

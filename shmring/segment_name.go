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
	if reason := nameFault(name); reason != "" {
		return "", &NameError{Name: name, Reason: reason}
	}
	dir := o.dir
	if dir == "" {
		dir = shm.DefaultDir()
	}
	return filepath.Join(dir, name+suffix), nil
}

// nameFault says what keeps name from being a segment's, "" if nothing does.
func nameFault(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > maxName:
		return fmt.Sprintf("%d bytes, allowed are %d", len(name), maxName)
	case name[0] == '.' || name[0] == '-':
		return "it must not begin with a dot or a hyphen"
	case !plainName(name):
		return "allowed are letters, digits, dot, hyphen and underscore"
	}
	return ""
}

// plainName reports whether name has none but the allowed bytes, so that it can be shown to anybody.
func plainName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(nameBytes, r) })
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

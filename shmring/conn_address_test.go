package shmring

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAddressesAndOptionsThatCannotBeAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		name   string
		opts   []Option
		target error
	}{
		"a bad name":              {"no/slash", nil, ErrName},
		"a long path":             {"meet", []Option{WithSocket("/tmp/" + strings.Repeat("x", 200))}, ErrName},
		"a zero byte":             {"meet", []Option{WithSocket("/tmp/a\x00b")}, ErrName},
		"a long abstract name":    {"meet", []Option{WithSocket("@" + strings.Repeat("x", 200))}, ErrName},
		"no abstract name":        {"meet", []Option{WithSocket("@")}, ErrName},
		"an address without port": {"meet", []Option{WithSocket("127.0.0.1")}, ErrName},
		"a v6 address, no port":   {"meet", []Option{WithSocket("::1")}, ErrName},
		"too many colons":         {"meet", []Option{WithSocket("host:port:x")}, ErrName},
		"an empty port":           {"meet", []Option{WithSocket("localhost:")}, ErrName},
		"no largest":              {"meet", []Option{WithMaxMessage(0)}, ErrOption},
		"no time":                 {"meet", []Option{WithHandshakeTimeout(0)}, ErrOption},
		"an empty ring":           {"meet", []Option{WithCapacity(-1)}, ErrOption},
		"a record too long":       {"meet", []Option{WithCapacity(4096), WithMaxRecord(5000)}, ErrOption},
	} {
		t.Chdir(t.TempDir()) // where a wrong guess would make a file
		_, err := Listen(c.name, c.opts...)
		want(t, name+", Listen", err, c.target)
		_, err = Dial(soon(t), c.name, c.opts...)
		want(t, name+", Dial", err, c.target)
		if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
			t.Errorf("%s: made %v, %v", name, made, err)
		}
	}
}

func TestAnAddressIsWhatItLooksLike(t *testing.T) {
	t.Chdir(t.TempDir())
	for text, network := range map[string]string{
		"@name:1": "unix @", "@a/b": "unix @", "/run/a:b": "unix file", "./a": "unix file", "prices.sock": "unix file", "a.b:1": "tcp",
		"127.0.0.1:80": "tcp", "[::1]:80": "tcp", ":80": "tcp", "localhost:http": "tcp",
	} {
		at, err := parseAddress(text, &options{})
		got := at.network
		if got == "unix" && at.path == "" {
			got += " @"
		} else if got == "unix" {
			got += " file"
		}
		if err != nil || got != network || at.path != "" && !filepath.IsAbs(at.path) {
			t.Errorf("%q: got %+v, %v; want %s", text, at, err, network)
		}
	}
}

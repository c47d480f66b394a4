package shmring

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// everyOption is each Option with a value that is right wherever it applies.
func everyOption() map[string]Option {
	return map[string]Option{
		"WithKind":             WithKind(SPSC),
		"WithCapacity":         WithCapacity(8 << 10),
		"WithMaxRecord":        WithMaxRecord(100),
		"WithMaxProducers":     WithMaxProducers(3),
		"WithChecksum":         WithChecksum(),
		"WithDir":              WithDir("."),
		"WithMode":             WithMode(0o600),
		"WithSchema":           WithSchema(0),
		"WithWait":             WithWait(Park),
		"WithFollow":           WithFollow(),
		"WithLogger":           WithLogger(slog.New(slog.DiscardHandler)),
		"WithPrefault":         WithPrefault(),
		"WithHugePages":        WithHugePages(),
		"WithReadOnly":         WithReadOnly(),
		"WithForeignOwner":     WithForeignOwner(),
		"WithSocket":           WithSocket("./x.sock"),
		"WithSocketOnly":       WithSocketOnly(),
		"WithMaxMessage":       WithMaxMessage(1000),
		"WithHandshakeTimeout": WithHandshakeTimeout(time.Minute),
	}
}

// applies says, for each call that takes options, which ones it can apply. Create and its kin have an MPSC ring here.
func applies() map[string][]string {
	create := []string{
		"WithKind", "WithCapacity", "WithMaxRecord", "WithMaxProducers", "WithChecksum", "WithSchema", "WithPrefault", "WithHugePages",
		"WithWait", "WithFollow", "WithLogger",
	}
	open := []string{
		"WithKind", "WithSchema", "WithPrefault", "WithHugePages", "WithWait", "WithFollow", "WithLogger", "WithReadOnly", "WithForeignOwner",
	}
	dial := []string{
		"WithSocket", "WithSocketOnly", "WithDir", "WithCapacity", "WithMaxMessage", "WithSchema", "WithWait", "WithForeignOwner",
		"WithHandshakeTimeout", "WithLogger", "WithPrefault", "WithHugePages",
	}
	return map[string][]string{
		"Create":       append(slices.Clone(create), "WithDir", "WithMode"),
		"Open":         append(slices.Clone(open), "WithDir"),
		"OpenOrCreate": append(slices.Clone(create), "WithDir", "WithMode", "WithForeignOwner"),
		"Anonymous":    create,
		"FromFile":     open,
		"Heap":         slices.DeleteFunc(slices.Clone(create), func(o string) bool { return o == "WithPrefault" || o == "WithHugePages" }),
		"Remove":       {"WithDir"},
		"RemoveUnused": {"WithDir"},
		"List":         {"WithDir"},
		"StaleFiles":   {"WithDir"},
		"Dial":         dial,
		"Listen":       append(slices.Clone(dial), "WithMode", "WithChecksum", "WithMaxRecord"),
		"Pipe":         {"WithCapacity", "WithMaxRecord", "WithMaxMessage", "WithChecksum", "WithWait", "WithLogger"},
	}
}

// callsWith calls each function of the package that takes options, in the current directory.
func callsWith(t *testing.T) map[string]func(o Option) error {
	closing := func(s *Segment, err error) error {
		if err == nil {
			s.Close()
		}
		return err
	}
	return map[string]func(o Option) error{
		"Create":       func(o Option) error { return closing(Create("new", WithDir("."), WithKind(MPSC), o)) },
		"Open":         func(o Option) error { return closing(Open("old", WithDir("."), o)) },
		"OpenOrCreate": func(o Option) error { return closing(OpenOrCreate("new", WithDir("."), WithKind(MPSC), o)) },
		"Anonymous":    func(o Option) error { return closing(Anonymous(WithKind(MPSC), o)) },
		"FromFile": func(o Option) error {
			f, err := os.OpenFile("old"+suffix, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			return closing(FromFile(f, o))
		},
		"Heap":         func(o Option) error { return closing(Heap(WithKind(MPSC), o)) },
		"Remove":       func(o Option) error { return Remove("nothing", WithDir("."), o) },
		"RemoveUnused": func(o Option) error { return RemoveUnused("nothing", nil, WithDir("."), o) },
		"List":         func(o Option) error { _, err := List(o); return err },
		"StaleFiles":   func(o Option) error { _, err := StaleFiles(o); return err },
		"Dial": func(o Option) error {
			c, err := Dial(context.Background(), "nobody", o)
			if err == nil {
				c.Close()
			}
			return err
		},
		"Listen": func(o Option) error {
			l, err := Listen("somebody", o)
			if err == nil {
				l.Close()
			}
			return err
		},
		"Pipe": func(o Option) error {
			x, y, err := Pipe(o)
			if err == nil {
				x.Close()
				y.Close()
			}
			return err
		},
	}
}

func TestEveryOptionAppliesOrIsAnErrorThatNamesItAndTheCall(t *testing.T) {
	t.Chdir(memoryDir(t))
	old, err := Create("old", WithDir("."))
	must(t, err)
	defer old.Close()
	table := applies()
	for call, f := range callsWith(t) {
		for name, option := range everyOption() {
			err := f(option)
			var wrong *OptionError
			if slices.Contains(table[call], name) {
				if errors.As(err, &wrong) {
					t.Errorf("%s(%s): got %v, and it applies", call, name, err)
				}
			} else if !errors.As(err, &wrong) || wrong.Option != name || wrong.Call != call || wrong.Got != "" {
				t.Errorf("%s(%s): got %v, want an OptionError that names both", call, name, err)
			} else if !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), call) {
				t.Errorf("the text %q does not name option and call", err)
			}
			os.Remove("new" + suffix)
		}
	}
}

// A new option or a new call must say what it applies to.
func TestTheTableOfOptionsIsComplete(t *testing.T) {
	options, calls := optionsAndCalls(t, "Option")
	equal(t, slices.Sorted(maps.Keys(everyOption())), slices.Sorted(maps.Keys(options)))
	equal(t, slices.Sorted(maps.Keys(applies())), slices.Sorted(maps.Keys(calls)))
	equal(t, slices.Sorted(maps.Keys(callsWith(t))), slices.Sorted(maps.Keys(calls)))
	equal(t, len(optionNames), len(options))
}

func TestAnInapplicableOptionIsExplained(t *testing.T) {
	_, err := Dial(ctx, "feed", WithReadOnly())
	want := "shmring: Dial: WithReadOnly does not apply (WithReadOnly is for Open, FromFile)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = Create("feed", WithCapacity(0))
	want = "shmring: Create: WithCapacity(0): want 1 to 2147483648 bytes"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What is refused must not depend on what the call finds.
func TestValuesOutOfRangeAreErrorsOfEveryCall(t *testing.T) {
	t.Chdir(memoryDir(t))
	for _, name := range []string{"old", "new"} { // for Open, and for OpenOrCreate
		s, err := Create(name, WithDir("."), WithKind(MPSC))
		must(t, err)
		defer s.Close()
	}
	wrong := map[string][]Option{
		"WithKind":             {WithKind(0), WithKind(99)},
		"WithCapacity":         {WithCapacity(-1), WithCapacity(0), WithCapacity(1<<31 + 1)},
		"WithMaxRecord":        {WithMaxRecord(-1), WithMaxRecord(0), WithMaxRecord(2 << 20)},
		"WithMaxProducers":     {WithMaxProducers(-1), WithMaxProducers(0), WithMaxProducers(1024)},
		"WithMode":             {WithMode(0o600 | fs.ModeSetuid), WithMode(fs.ModeDir)},
		"WithWait":             {WithWait(-1), WithWait(3)},
		"WithMaxMessage":       {WithMaxMessage(-1), WithMaxMessage(0)},
		"WithHandshakeTimeout": {WithHandshakeTimeout(-1), WithHandshakeTimeout(0), WithHandshakeTimeout(time.Hour + 1)},
	}
	for call, f := range callsWith(t) {
		for _, name := range applies()[call] {
			for _, option := range wrong[name] {
				var bad *OptionError
				if err := f(option); !errors.As(err, &bad) || bad.Option != name || bad.Call != call || bad.Got == "" {
					t.Errorf("%s(%s): got %v, want an OptionError with the value", call, name, err)
				}
			}
		}
	}
}

// A listener's records must fit the rings of its connections, whatever the dialer asks for.
func TestMaxRecordOfAListenerFitsItsRings(t *testing.T) {
	var bad *OptionError
	if _, err := Listen("meet", WithDir(t.TempDir()), WithMaxRecord(DefaultConnCapacity)); !errors.As(err, &bad) || bad.Option != "WithMaxRecord" {
		t.Errorf("got %v, want an OptionError of WithMaxRecord", err)
	}
	dir := WithDir(memoryDir(t))
	l, err := Listen("meet", dir, WithMaxRecord(100<<10))
	must(t, err)
	defer l.Close()
	c, err := Dial(soon(t), "meet", dir, WithCapacity(4096))
	must(t, err)
	defer c.Close()
	if chosen := c.Transport(); runtime.GOOS == "linux" && chosen.Kind != TransportRing {
		t.Errorf("got %v, want rings", chosen)
	}
}

func TestOptionsThatExcludeEachOtherAreErrors(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir))
	must(t, err)
	defer s.Close()
	for name, try := range map[string]func() error{
		"WithPrefault":     func() error { _, err := Open("feed", WithDir(dir), WithReadOnly(), WithPrefault()); return err },
		"WithHugePages":    func() error { _, err := Open("feed", WithDir(dir), WithReadOnly(), WithHugePages()); return err },
		"WithFollow":       func() error { _, err := Open("feed", WithDir(dir), WithReadOnly(), WithFollow()); return err },
		"WithMaxProducers": func() error { _, err := Heap(WithMaxProducers(2)); return err },
	} {
		var wrong *OptionError
		if err := try(); !errors.As(err, &wrong) || wrong.Option != name || wrong.Call == "" {
			t.Errorf("got %v, want an OptionError of %s", err, name)
		}
	}
}

func TestAFollowersHandleMakesNoProducer(t *testing.T) {
	_, dir := named(t)
	s, err := Open("feed", dir, WithFollow())
	must(t, err)
	defer s.Close()
	var wrong *OptionError
	if _, err := s.Producer(); !errors.As(err, &wrong) || wrong.Option != "WithFollow" || wrong.Call != "Producer" {
		t.Errorf("got %v, want an OptionError that names WithFollow and Producer", err)
	}
	consumer(t, s).Close()
}

package shmring

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exportedErrors returns the exported sentinels and error types of this package, as its users get it.
func exportedErrors(t *testing.T) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	must(t, err)
	names := map[string]bool{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		must(t, err)
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(string(text), "//go:build shmring_hooks") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		must(t, err)
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if strings.HasPrefix(n.Name, "Err") {
							names[n.Name] = true
						}
					}
				case *ast.TypeSpec:
					if s.Name.IsExported() && strings.HasSuffix(s.Name.Name, "Error") {
						names[s.Name.Name] = true
					}
				}
			}
		}
	}
	return names
}

func TestEveryErrorHasAHeadingInTheTroubleshootingGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/troubleshooting.md")
	must(t, err)
	headings := map[string]bool{}
	name := regexp.MustCompile("`(\\w+)`")
	for line := range strings.Lines(string(guide)) {
		if strings.HasPrefix(line, "### ") {
			for _, m := range name.FindAllStringSubmatch(line, -1) {
				headings[m[1]] = true
			}
		}
	}
	exported := exportedErrors(t)
	if len(exported) < 20 {
		t.Fatalf("found only %d errors in the source", len(exported))
	}
	for name := range exported {
		if !headings[name] {
			t.Errorf("%s has no heading", name)
		}
	}
	for name := range headings {
		if !exported[name] {
			t.Errorf("the heading %s names no error", name)
		}
	}
}

func TestErrorsAreThoseOfTheStandardLibraryWhereItHasThem(t *testing.T) {
	want(t, "ErrClosed", ErrClosed, net.ErrClosed)
	want(t, "ErrPermission", ErrPermission, fs.ErrPermission)
}

func TestErrorsSayWhatWasGotAndWhatIsAllowed(t *testing.T) {
	cause := errors.New("the cause")
	for _, c := range []struct {
		err   error
		is    []error
		parts []string
	}{
		{&BusyError{Role: RoleConsumer, PID: 123}, []error{ErrBusy}, []string{"consumer", "123"}},
		{&BusyError{Role: RoleProducer, Why: "of this"}, []error{ErrBusy}, []string{"producer", "of this"}},
		{&TooLargeError{Size: 101, Limit: 100}, []error{ErrTooLarge}, []string{"101", "100"}},
		{&PeerDiedError{Role: RoleProducer, PID: 123, Slot: 7, More: 2}, []error{ErrPeerDied}, []string{"producer", "123", "7", "2 more"}},
		{&CorruptError{Position: 4711, Word: 0xabc, Reason: "because", Err: cause}, []error{ErrCorrupt, cause}, []string{"4711", "abc", "because", "the cause"}},
		{&CorruptError{Position: 1}, []error{ErrCorrupt}, []string{"position 1"}},
		{&NoSpaceError{Path: "/p", Need: 20, Free: 10, Err: cause}, []error{ErrNoSpace, cause}, []string{"/p", "20", "10", "WithCapacity"}},
		{&NameError{Name: "a/b", Reason: "because"}, []error{ErrName}, []string{"a/b", "because"}},
		{&OptionError{Option: "WithX", Got: "5", Want: "1 to 4"}, []error{ErrOption}, []string{"WithX", "5", "1 to 4"}},
		{&SchemaError{Segment: 0x1a, Want: 0x2b}, []error{ErrSchema}, []string{"1a", "2b"}},
		{&SegmentError{Op: "open", Path: "/p", Err: cause}, []error{cause}, []string{"open", "/p", "the cause"}},
		{&WaitError{Op: "send", Err: cause, Peer: "process 9"}, []error{cause}, []string{"send", "the cause", "process 9"}},
	} {
		for _, target := range c.is {
			want(t, c.err.Error(), c.err, target)
		}
		for _, part := range c.parts {
			if !strings.Contains(c.err.Error(), part) {
				t.Errorf("%q does not name %q", c.err, part)
			}
		}
		if !strings.HasPrefix(c.err.Error(), "shmring: ") {
			t.Errorf("%q does not say whose error it is", c.err)
		}
	}
}

func TestNoErrorSpeaksOfProcess0(t *testing.T) {
	for _, err := range []error{&PeerDiedError{Role: RolePeer}, &HandshakeError{Address: "a", Err: io.EOF}, &CredentialsError{UID: 5, Want: 6}} {
		if strings.Contains(err.Error(), "process 0") {
			t.Errorf("%T: %v", err, err)
		}
	}
}

func TestAnErrorThatWasNotFilledInDoesNotPanic(t *testing.T) {
	cause := errors.New("another")
	for _, err := range []error{
		&BusyError{}, &TooLargeError{}, &LostMessageError{}, &PeerDiedError{}, &CorruptError{}, &NoSpaceError{}, &NameError{}, &OptionError{}, &SchemaError{},
		&SegmentError{}, &WaitError{}, &HandshakeError{}, &SealError{}, &AddressError{}, &FragmentError{}, &CredentialsError{},
		&EncodeError{}, &DecodeError{},
	} {
		if err.Error() == "" || errors.Is(err, cause) {
			t.Errorf("%T says %q", err, err)
		}
		if to, ok := err.(interface{ Timeout() bool }); ok && to.Timeout() {
			t.Errorf("%T is called a timeout", err)
		}
	}
}

func TestASegmentErrorNamesItsFileOnce(t *testing.T) {
	dir := t.TempDir()
	_, opened := Open("none", WithDir(dir))
	for _, err := range []error{opened, Remove("none", WithDir(dir))} {
		if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), dir) != 1 {
			t.Errorf("got %v, want %s once", err, dir)
		}
	}
}

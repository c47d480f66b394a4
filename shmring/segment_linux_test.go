package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sendOverPassedFile receives a segment's descriptor over the socket at descriptor 3 and sends three records.
func sendOverPassedFile([]string) error {
	socket := os.NewFile(3, "socket")
	conn, err := net.FileConn(socket)
	if err != nil {
		return err
	}
	oob := make([]byte, syscall.CmsgSpace(4))
	_, n, _, _, err := conn.(*net.UnixConn).ReadMsgUnix(make([]byte, 1), oob)
	if err != nil {
		return err
	}
	messages, err := syscall.ParseSocketControlMessage(oob[:n])
	if err != nil {
		return err
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fds[0]), "passed")
	s, err := FromFile(file)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil { // the segment has its own
		return err
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		return err
	}
	for i := range 3 {
		if err := p.Send(context.Background(), fmt.Append(nil, i)); err != nil {
			return err
		}
	}
	return p.Close()
}

func TestAnAnonymousSegmentTravelsOverASocket(t *testing.T) {
	s, err := Anonymous()
	must(t, err)
	defer s.Close()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(t, err)
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	defer ours.Close()
	defer theirs.Close()
	peer := prepare(t, "send over a passed file")
	peer.cmd.ExtraFiles = []*os.File{theirs}
	peer.start()
	conn, err := net.FileConn(ours)
	must(t, err)
	defer conn.Close()
	_, _, err = conn.(*net.UnixConn).WriteMsgUnix([]byte{0}, syscall.UnixRights(int(s.File().Fd())), nil)
	must(t, err)

	c := consumer(t, s)
	for i := range 3 {
		b, err := c.Recv(soon(t), nil)
		if err != nil || string(b) != fmt.Sprint(i) {
			t.Fatalf("got %q, %v; want %d", b, err, i)
		}
	}
	_, err = c.Recv(soon(t), nil)
	want(t, "the end", err, io.EOF)
	peer.ends()
	if info := s.Info(); info.Path != "" || info.Name != "" {
		t.Errorf("an anonymous segment has a name: %+v", info)
	}
}

func TestAnAnonymousSegmentCannotBeTruncated(t *testing.T) {
	s, err := Anonymous()
	must(t, err)
	defer s.Close()
	for _, size := range []int64{0, 4096, 1 << 30} {
		want(t, "Truncate", s.File().Truncate(size), syscall.EPERM)
	}
	p, c := pair(t, s)
	must(t, p.TrySend([]byte("whole")))
	expect(t, c, "whole")
}

func TestASegmentFromAForeignFileIsRefused(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	must(t, err)
	defer f.Close()
	want(t, "an empty file", second(FromFile(f)), ErrTruncated)
	_, err = f.Write(make([]byte, 10000))
	must(t, err)
	want(t, "zeros", second(FromFile(f)), ErrNotSegment)
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	want(t, "a pipe", second(FromFile(r)), ErrNotSegment)
}

func TestASegmentLargerThanItsFileSystemIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("no right to mount a small tmpfs:", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	_, err := Create("feed", WithDir(dir), WithCapacity(2<<20))
	var e *NoSpaceError
	if !errors.Is(err, ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &e) {
		t.Fatalf("got %v, want a NoSpaceError", err)
	}
	if e.Need <= 2<<20 || e.Need > 3<<20 || e.Free <= 0 || e.Free > 1<<20 {
		t.Errorf("%v: need %d, free %d", err, e.Need, e.Free)
	}
	for _, part := range []string{strconv.FormatInt(e.Need, 10), strconv.FormatInt(e.Free, 10), "--shm-size"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
	want(t, "OpenOrCreate", second(OpenOrCreate("feed", WithDir(dir), WithCapacity(2<<20))), ErrNoSpace)
	onlySegments(t, dir, 0)
	s, err := Create("feed", WithDir(dir), WithCapacity(512<<10))
	must(t, err)
	defer s.Close()
	// Every page is there: filling the ring finds no full file system.
	p := producer(t, s)
	for p.TrySend(make([]byte, 1000)) == nil {
	}
}

func TestANamedPipeIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Mkfifo(dir+"/feed"+suffix, 0o600))
	want(t, "Open", second(Open("feed", WithDir(dir))), ErrNotSegment)
}

// The memory of a reservation can outlive everything that refers to the producer. Its lease must, too: a successor would
// take the memory for its own.
func TestAProducerThatIsForgottenKeepsItsSlot(t *testing.T) {
	for name, create := range map[string]func() (*Segment, error){
		"anonymous": func() (*Segment, error) { return Anonymous() },
		"named":     func() (*Segment, error) { return Create("feed", WithDir(memoryDir(t))) },
	} {
		t.Run(name, func(t *testing.T) {
			var other *Segment
			lent := func() []byte {
				s, err := create()
				must(t, err)
				other, err = FromFile(s.File())
				must(t, err)
				r, err := producer(t, s).TryReserve(100)
				must(t, err)
				return r.Bytes()
			}()
			defer other.Close()
			for range 3 {
				runtime.GC()
				time.Sleep(time.Millisecond) // finalizers have a goroutine of their own
			}
			if parties := other.Info().Parties; len(parties) != 1 || !parties[0].Alive {
				t.Errorf("got %+v, want a living producer", parties)
			}
			_, err := other.Producer()
			want(t, "a successor", err, ErrBusy)
			clear(lent)
		})
	}
}

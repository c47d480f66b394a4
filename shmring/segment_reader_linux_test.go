package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// setLockWait is F_OFD_SETLKW of fcntl(2), which package syscall does not name.
const setLockWait = 38

// lockAsReader opens the segment "feed" in directory args[0] for reading and takes shared locks on it, waiting for those
// that are held for writing: on the bytes at args[1:], or, without any, on the whole file.
func lockAsReader(args []string) error {
	path := filepath.Join(args[0], "feed"+suffix)
	if _, err := os.OpenFile(path, os.O_RDWR, 0); !errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("opened for writing: %v", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	locks := []syscall.Flock_t{{Type: syscall.F_RDLCK}}
	if len(args) > 1 {
		locks = nil
	}
	for _, arg := range args[1:] {
		off, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return err
		}
		locks = append(locks, syscall.Flock_t{Type: syscall.F_RDLCK, Start: off, Len: 1})
	}
	fmt.Println("ready")
	for i := range locks {
		if err := syscall.FcntlFlock(file.Fd(), setLockWait, &locks[i]); err != nil {
			return err
		}
	}
	fmt.Println("locked")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// stranger starts a child that is another user, who may read what everybody may read.
func stranger(t *testing.T, role string, args ...string) *child {
	t.Helper()
	asRoot(t)
	c := prepare(t, role, args...)
	c.cmd.Path = copyForAll(t)
	c.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	if err := c.cmd.Start(); err != nil {
		t.Skip("cannot run a child as nobody:", err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			c.kill()
		}
	})
	return c
}

// publicSegment makes a segment that everybody may read, and returns its directory.
func publicSegment(t *testing.T, kind Kind) (*Segment, string) {
	t.Helper()
	dir := memoryDir(t)
	must(t, os.Chmod(dir, 0o755))
	s, err := Create("feed", WithDir(dir), WithMode(0o644), WithKind(kind))
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s, dir
}

// A reader's lock that waits behind a producer's lease is granted when the producer dies. It must not pass for the lease.
func TestAReaderCannotKeepADeadProducerAlive(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			s, dir := publicSegment(t, kind)
			c := consumer(t, s)
			victim := start(t, "hold", dir, "producer")
			victim.says("ready")
			victim.tell("last words")
			victim.says("sent")
			reader := stranger(t, "lock as a reader", dir, fmt.Sprint(s.slots.Lock(1)))
			reader.says("ready")
			if party := s.Info().Parties[1]; !party.Alive {
				t.Errorf("before its death: %+v", party)
			}
			victim.kill()
			reader.says("locked")
			if party := s.Info().Parties[1]; party.Alive {
				t.Errorf("after its death: %+v", party)
			}
			expect(t, c, "last words")
			_, err := c.Recv(soon(t), nil)
			want(t, "Recv", err, ErrPeerDied)
		})
	}
}

func TestAReadersLockDoesNotPassForAHolder(t *testing.T) {
	s, dir := publicSegment(t, MPSC)
	reader := stranger(t, "lock as a reader", dir, "0", fmt.Sprint(s.slots.Lock(0)), fmt.Sprint(s.slots.Lock(1)))
	reader.says("ready")
	reader.says("locked")
	p := producer(t, s) // in another slot
	must(t, p.TrySend([]byte("past him")))
	_, err := s.Consumer()
	var busy *BusyError
	if !errors.As(err, &busy) || busy.PID != 0 || !strings.Contains(err.Error(), "may only read") {
		t.Errorf("Consumer: got %v, want a BusyError that names no holder and says why", err)
	}
	if parties := s.Info().Parties; len(parties) != 1 || parties[0].Role != RoleProducer {
		t.Errorf("parties: %+v", parties)
	}
	must(t, p.Close())
	if err := RemoveUnused("feed", nil, WithDir(dir)); !errors.Is(err, ErrBusy) {
		t.Errorf("RemoveUnused: got %v, want ErrBusy", err)
	}
	reader.kill()
	expect(t, consumer(t, s), "past him")
}

func TestAReaderCannotKeepANameFromBeingRemoved(t *testing.T) {
	_, dir := publicSegment(t, SPSC)
	reader := stranger(t, "lock as a reader", dir)
	reader.says("ready")
	reader.says("locked")
	must(t, Remove("feed", WithDir(dir)))
}

// Who has locked first is not disturbed by anything that a reader may do.
func TestAReaderCannotDisturbThoseWhoAreAttached(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		s, dir := publicSegment(t, kind)
		p, c := producer(t, s), consumer(t, s)
		reader := stranger(t, "lock as a reader", dir)
		reader.says("ready")
		for range 3 {
			must(t, p.Send(soon(t), []byte("x")))
			expect(t, c, "x")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := c.Recv(ctx, nil)
		cancel()
		want(t, "Recv from a living producer", err, context.DeadlineExceeded)
	}
}

package shmring

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/transport"
)

// The sentinels of this package, for [errors.Is]. Most of them come wrapped in one of the error types
// below, which [errors.As] finds.
var (
	// ErrFull: no room in the ring at this moment. From the calls that never wait.
	ErrFull = ring.ErrFull
	// ErrEmpty: no record in the ring at this moment. From the calls that never wait.
	ErrEmpty = ring.ErrEmpty
	// ErrBusy: the role is taken by a living process, or a reservation is still open.
	ErrBusy = errors.New("shmring: busy")
	// ErrClosed: this handle was closed. It is net.ErrClosed.
	ErrClosed = lifetime.ErrClosed
	// ErrTooLarge: the record exceeds the ring's maximum. Nothing was written.
	ErrTooLarge = errors.New("shmring: record too large")
	// ErrPeerDied: the last producer ended without closing. Everything it committed was delivered.
	ErrPeerDied = transport.ErrPeerDied
	// ErrCorrupt: shared memory holds what no correct peer writes.
	ErrCorrupt = errors.New("shmring: corrupt")
	// ErrVersion: the segment has another format version, byte order or layout.
	ErrVersion = errors.New("shmring: incompatible version")
	// ErrSchema: the segment was made for another schema.
	ErrSchema = errors.New("shmring: schema mismatch")
	// ErrKind: the segment holds another kind of ring than the one asked for.
	ErrKind = errors.New("shmring: kind mismatch")
	// ErrNotSegment: the file is not a shmring segment, or not a regular file.
	ErrNotSegment = errors.New("shmring: not a segment")
	// ErrTruncated: the file has another size than its header says, or not even room for a header.
	ErrTruncated = errors.New("shmring: segment truncated")
	// ErrSegmentLost: the memory vanished while it was attached, because the file was truncated.
	ErrSegmentLost = lifetime.ErrLost
	// ErrNoSpace: the file system has no room for the segment.
	ErrNoSpace = errors.New("shmring: no space")
	// ErrPermission: the file's rights or owner forbid the attachment.
	ErrPermission = fs.ErrPermission
	// ErrName: the name is not allowed.
	ErrName = errors.New("shmring: bad name")
	// ErrOption: an option's value is out of its range, or the option does not apply to the call.
	ErrOption = errors.New("shmring: bad option")
	// ErrFragment: the record is a piece of a larger message, which Recv does not put together.
	ErrFragment = errors.New("shmring: a piece of a larger message")
	// ErrHandshake: the two ends of a connection did not come to terms.
	ErrHandshake = errors.New("shmring: handshake failed")
	// ErrPeerClosed: the peer closed its end of the connection; nobody will receive what is sent. It is also
	// syscall.EPIPE.
	ErrPeerClosed = transport.ErrPeerClosed
	// ErrReadOnly: the segment was opened with [WithReadOnly].
	ErrReadOnly = errors.New("shmring: attached read-only")
)

// Role says which side of a ring a party is on.
type Role string

// The roles.
const (
	RoleProducer Role = "producer"
	RoleConsumer Role = "consumer"
	RolePeer     Role = "peer" // the other end of a connection
)

// BusyError names the living process that holds a role. It unwraps to [ErrBusy].
type BusyError struct {
	Role Role   // empty if the segment itself is busy
	PID  int    // of the holder, in its own pid namespace; 0 where there are many, or none
	Why  string // empty, or what else keeps the role busy
}

func (e *BusyError) Error() string {
	switch {
	case e.Role == "":
		return "shmring: busy: " + e.Why
	case e.Why != "":
		return fmt.Sprintf("shmring: %s busy: %s", e.Role, e.Why)
	}
	return fmt.Sprintf("shmring: %s busy: held by process %d", e.Role, e.PID)
}

// Unwrap returns ErrBusy.
func (e *BusyError) Unwrap() error { return ErrBusy }

// TooLargeError gives a refused payload's size and the ring's limit, in bytes. It unwraps to [ErrTooLarge].
type TooLargeError struct{ Size, Limit uint64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("shmring: record of %d bytes, want at most %d (WithMaxRecord, WithCapacity)", e.Size, e.Limit)
}

// Unwrap returns ErrTooLarge.
func (e *TooLargeError) Unwrap() error { return ErrTooLarge }

// PeerDiedError names the process that ended without closing. It unwraps to [ErrPeerDied]. The death of a connection's peer
// is also what software that knows sockets looks for: syscall.EPIPE and syscall.ECONNRESET.
type PeerDiedError struct {
	Role Role
	PID  int
	Slot int
	More int // further processes that died since the last report
}

func (e *PeerDiedError) Error() string {
	switch {
	case e.Role == RolePeer && e.PID == 0: // TCP, for one, does not know processes
		return "shmring: the peer died without closing"
	case e.Role == RolePeer:
		return fmt.Sprintf("shmring: the peer, process %d, died without closing", e.PID)
	}
	s := fmt.Sprintf("shmring: %s process %d (slot %d) died without closing", e.Role, e.PID, e.Slot)
	if e.More > 0 {
		s += fmt.Sprintf(", and %d more", e.More)
	}
	return s
}

// Unwrap returns ErrPeerDied.
func (e *PeerDiedError) Unwrap() error { return ErrPeerDied }

// Is reports whether target is what a socket says about a peer that is gone.
func (e *PeerDiedError) Is(target error) bool {
	return e.Role == RolePeer && (target == syscall.EPIPE || target == syscall.ECONNRESET)
}

// CorruptError says where shared memory broke the format. It unwraps to [ErrCorrupt] and, where a
// header word is to blame, to the *layout.RecordError or *layout.HeaderError.
type CorruptError struct {
	Position uint64 // of the ring, in bytes since the segment was made
	Word     uint64 // as it was read
	Reason   string
	Err      error // detail, or nil
}

func (e *CorruptError) Error() string {
	s := fmt.Sprintf("shmring: corrupt at position %d, word %#016x", e.Position, e.Word)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns ErrCorrupt and the detail.
func (e *CorruptError) Unwrap() []error { return withDetail(ErrCorrupt, e.Err) }

// NoSpaceError says how much memory a segment needs and how much its directory has, in bytes. It
// unwraps to [ErrNoSpace].
type NoSpaceError struct {
	Path       string
	Need, Free int64 // bytes; -1 if unknown
	NoFiles    bool  // the file system has no inode left for another file
	Err        error
}

func (e *NoSpaceError) Error() string {
	switch {
	case e.NoFiles:
		return fmt.Sprintf("shmring: no inode is left for %s: remove old segments (shmring gc) or other files there, or choose "+
			"another directory (WithDir)", e.Path)
	case e.Free < 0 || e.Free >= e.Need: // a quota, most likely
		return fmt.Sprintf("shmring: %s needs %d bytes: %v", e.Path, e.Need, e.Err)
	}
	return fmt.Sprintf("shmring: %s needs %d bytes, %d are free: use a smaller WithCapacity, remove old segments "+
		"(shmring gc), or give the directory more memory (containers: --shm-size)", e.Path, e.Need, e.Free)
}

// Unwrap returns ErrNoSpace and the system's error.
func (e *NoSpaceError) Unwrap() []error { return withDetail(ErrNoSpace, e.Err) }

// NameError says what is wrong with a segment's name. It unwraps to [ErrName].
type NameError struct{ Name, Reason string }

func (e *NameError) Error() string { return fmt.Sprintf("shmring: name %.80q: %s", e.Name, e.Reason) }

// Unwrap returns ErrName.
func (e *NameError) Unwrap() error { return ErrName }

// SchemaError gives both fingerprints. It unwraps to [ErrSchema].
type SchemaError struct{ Segment, Want uint64 }

func (e *SchemaError) Error() string {
	return fmt.Sprintf("shmring: the segment has schema %#016x, this program wants %#016x", e.Segment, e.Want)
}

// Unwrap returns ErrSchema.
func (e *SchemaError) Unwrap() error { return ErrSchema }

// SegmentError is the failure of an operation on a segment as a whole. It unwraps to the cause.
type SegmentError struct {
	Op   string // "create", "open", "remove", "list", …
	Path string // empty for anonymous segments
	Err  error
}

func (e *SegmentError) Error() string {
	s, cause := "shmring: "+e.Op, fmt.Sprint(e.Err)
	if e.Path != "" {
		s += " " + e.Path
	}
	if p, ok := e.Err.(*fs.PathError); ok && p.Path == e.Path { // say it once
		if cause = p.Err.Error(); p.Op != e.Op {
			cause = p.Op + ": " + cause
		}
	}
	return s + ": " + strings.TrimPrefix(cause, "shmring: ")
}

// Unwrap returns the cause.
func (e *SegmentError) Unwrap() error { return e.Err }

// WaitError is a wait that the caller's context ended. It unwraps to the context's error.
type WaitError struct {
	Op   string // "send" or "receive"
	Err  error  // ctx.Err()
	Peer string // who holds the ring up, if that is known: process, state, since when
}

func (e *WaitError) Error() string {
	s := fmt.Sprintf("shmring: %s: %v", e.Op, e.Err)
	if e.Peer != "" {
		s += " (waiting for " + e.Peer + ")"
	}
	return s
}

// Unwrap returns the context's error.
func (e *WaitError) Unwrap() error { return e.Err }

// Timeout reports whether a deadline ended the wait.
func (e *WaitError) Timeout() bool {
	t, ok := e.Err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}

func withDetail(sentinel, detail error) []error {
	if detail == nil {
		return []error{sentinel}
	}
	return []error{sentinel, detail}
}

// publicError turns an engine's error into one of this package. path is the segment's.
func publicError(err error, path string) error {
	switch e := err.(type) {
	case *ring.Violation:
		return corrupt(e.Position, e.Word, e.Reason, e.Err)
	case *ring.DiedError:
		return &PeerDiedError{Role: RoleProducer, PID: e.PID, Slot: e.Slot, More: e.More}
	case *ring.LeaseError:
		return &SegmentError{Op: e.Op, Path: path, Err: e.Err}
	}
	return err
}

// corrupt builds the error for a word that no correct peer writes.
func corrupt(pos, word uint64, reason string, err error) error {
	return &CorruptError{Position: pos, Word: word, Reason: reason, Err: err}
}

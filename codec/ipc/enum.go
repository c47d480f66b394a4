package ipc

import (
	"errors"
	"fmt"
)

// ErrVariant means a value or a word that is no variant of its enum.
var ErrVariant = errors.New("codec/ipc: no such variant")

// QueueType is the order in which a queue delivers. The zero value is Fifo.
type QueueType uint32

// The queue types.
const (
	Fifo     QueueType = iota // in order of arrival
	Priority                  // highest priority first
	PubSub                    // to every subscriber
	queueTypes
)

// BincodeVariants returns the number of queue types.
func (QueueType) BincodeVariants() uint32 { return uint32(queueTypes) }

func (QueueType) words() []string { return []string{"fifo", "priority", "pubsub"} }

// String returns the type as a word, or as its number if it is none.
func (t QueueType) String() string { return text("QueueType", t) }

// MarshalText returns the type as a word. The error is [ErrVariant].
func (t QueueType) MarshalText() ([]byte, error) { return marshal("QueueType", t) }

// UnmarshalText sets the type to what the word says. The error is [ErrVariant].
func (t *QueueType) UnmarshalText(b []byte) error { return unmarshal("QueueType", t, b) }

// Permission is what a process may do with shared memory. The zero value is ReadWrite.
type Permission uint32

// The permissions.
const (
	ReadWrite Permission = iota
	ReadOnly
	permissions
)

// BincodeVariants returns the number of permissions.
func (Permission) BincodeVariants() uint32 { return uint32(permissions) }

func (Permission) words() []string { return []string{"read-write", "read-only"} }

// String returns the permission as a word, or as its number if it is none.
func (p Permission) String() string { return text("Permission", p) }

// MarshalText returns the permission as a word. The error is [ErrVariant].
func (p Permission) MarshalText() ([]byte, error) { return marshal("Permission", p) }

// UnmarshalText sets the permission to what the word says. The error is [ErrVariant].
func (p *Permission) UnmarshalText(b []byte) error { return unmarshal("Permission", p, b) }

// enum is an integer type whose values count through its words.
type enum interface {
	~uint32
	words() []string
}

func text[E enum](name string, e E) string {
	if words := e.words(); uint64(e) < uint64(len(words)) {
		return words[e]
	}
	return fmt.Sprintf("%s(%d)", name, uint32(e))
}

func marshal[E enum](name string, e E) ([]byte, error) {
	words := e.words()
	if uint64(e) >= uint64(len(words)) {
		return nil, fmt.Errorf("%w: %s %d, allowed below %d", ErrVariant, name, uint32(e), len(words))
	}
	return []byte(words[e]), nil
}

func unmarshal[E enum](name string, e *E, b []byte) error {
	words := (*e).words()
	for i, w := range words {
		if w == string(b) {
			*e = E(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %s %.40q, allowed %q", ErrVariant, name, b, words)
}

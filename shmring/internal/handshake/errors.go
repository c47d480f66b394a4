package handshake

import (
	"errors"
	"fmt"
)

// ErrProtocol says that the peer does not follow the handshake.
var ErrProtocol = errors.New("the peer does not follow the protocol")

// VersionError says that the peer uses another version of the handshake.
type VersionError struct{ Peer uint16 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the peer's handshake has version %d, this side's %d", e.Peer, Version)
}

// SchemaError says that the two sides were made for different schemas.
type SchemaError struct{ Peer, Own uint64 }

func (e *SchemaError) Error() string {
	return fmt.Sprintf("the peer has schema %#016x, this side %#016x", e.Peer, e.Own)
}

// CredentialsError says that the peer belongs to a user that this side does not accept.
type CredentialsError struct {
	Peer Peer
	Own  uint32 // this process's user
}

func (e *CredentialsError) Error() string {
	return fmt.Sprintf("the peer belongs to user %d, want %d or 0", e.Peer.UID, e.Own)
}

// RefusedError says that the server refused this client.
type RefusedError struct{ Refusal Refusal }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the listener refused, for reason %d", e.Refusal)
}

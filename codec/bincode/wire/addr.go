package wire

import (
	"encoding/binary"
	"net/netip"
)

// A Family says which addresses a field takes: any, with a tag before them, or those of one version.
type Family int

// The families; the number of one is its version.
const (
	AnyIP Family = 0
	IPv4  Family = 4
	IPv6  Family = 6
)

// Size is the number of bytes of a on the wire, or negative where it is none of the family.
func (f Family) Size(a netip.Addr) int {
	switch {
	case !a.IsValid() || a.Zone() != "":
	case f == AnyIP && a.Is4():
		return 4 + 4
	case f == AnyIP:
		return 4 + 16
	case f == IPv4 && a.Is4():
		return 4
	case f == IPv6 && a.Is6():
		return 16
	}
	return -1
}

// Put writes a to the start of b and returns what is behind it.
func (f Family) Put(b []byte, a netip.Addr) (rest []byte, ok bool) {
	n := f.Size(a)
	if n < 0 || len(b) < n {
		return nil, false
	}
	at := b[:n]
	if f == AnyIP {
		binary.LittleEndian.PutUint32(at, uint32(n)/16)
		at = at[4:]
	}
	if a.Is4() {
		four := a.As4()
		copy(at, four[:])
	} else {
		six := a.As16()
		copy(at, six[:])
	}
	return b[n:], true
}

// Get reads the address at the start of b and returns what is behind it.
func (f Family) Get(b []byte) (a netip.Addr, rest []byte, ok bool) {
	if f == AnyIP {
		if len(b) < 4 {
			return a, nil, false
		}
		switch binary.LittleEndian.Uint32(b) {
		case 0:
			f = IPv4
		case 1:
			f = IPv6
		default:
			return a, nil, false
		}
		b = b[4:]
	}
	switch {
	case f == IPv4 && len(b) >= 4:
		return netip.AddrFrom4([4]byte(b)), b[4:], true
	case f == IPv6 && len(b) >= 16:
		return netip.AddrFrom16([16]byte(b)), b[16:], true
	}
	return a, nil, false
}

// SizePort, PutPort and GetPort are the same for an address with a port behind it.
func (f Family) SizePort(a netip.AddrPort) int {
	if n := f.Size(a.Addr()); n >= 0 {
		return n + 2
	}
	return -1
}

// PutPort writes a to the start of b; see [Family.Put].
func (f Family) PutPort(b []byte, a netip.AddrPort) (rest []byte, ok bool) {
	b, ok = f.Put(b, a.Addr())
	if !ok || len(b) < 2 {
		return nil, false
	}
	binary.LittleEndian.PutUint16(b, a.Port())
	return b[2:], true
}

// GetPort reads the address and port at the start of b; see [Family.Get].
func (f Family) GetPort(b []byte) (a netip.AddrPort, rest []byte, ok bool) {
	addr, b, ok := f.Get(b)
	if !ok || len(b) < 2 {
		return a, nil, false
	}
	return netip.AddrPortFrom(addr, binary.LittleEndian.Uint16(b)), b[2:], true
}

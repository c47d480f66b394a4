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

// Put writes a to b at i and returns the position behind it.
func (f Family) Put(b []byte, i int, a netip.Addr) (next int) {
	n := f.Size(a)
	if n < 0 || i < 0 || len(b)-i < n {
		return -1
	}
	at := b[i : i+n]
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
	return i + n
}

// Get reads the address in b at i and returns the position behind it.
func (f Family) Get(b []byte, i int) (a netip.Addr, next int) {
	if f == AnyIP {
		if i < 0 || i > len(b)-4 {
			return a, -1
		}
		switch binary.LittleEndian.Uint32(b[i:]) {
		case 0:
			f = IPv4
		case 1:
			f = IPv6
		default:
			return a, -1
		}
		i += 4
	}
	switch {
	case i < 0:
	case f == IPv4 && len(b)-i >= 4:
		return netip.AddrFrom4([4]byte(b[i:])), i + 4
	case f == IPv6 && len(b)-i >= 16:
		return netip.AddrFrom16([16]byte(b[i:])), i + 16
	}
	return a, -1
}

// SizePort, PutPort and GetPort are the same for an address with a port behind it.
func (f Family) SizePort(a netip.AddrPort) int {
	if n := f.Size(a.Addr()); n >= 0 {
		return n + 2
	}
	return -1
}

// PutPort writes a to b at i; see [Family.Put].
func (f Family) PutPort(b []byte, i int, a netip.AddrPort) (next int) {
	i = f.Put(b, i, a.Addr())
	if i < 0 || i > len(b)-2 {
		return -1
	}
	binary.LittleEndian.PutUint16(b[i:], a.Port())
	return i + 2
}

// GetPort reads the address and port in b at i; see [Family.Get].
func (f Family) GetPort(b []byte, i int) (a netip.AddrPort, next int) {
	addr, i := f.Get(b, i)
	if i < 0 || i > len(b)-2 {
		return a, -1
	}
	return netip.AddrPortFrom(addr, binary.LittleEndian.Uint16(b[i:])), i + 2
}

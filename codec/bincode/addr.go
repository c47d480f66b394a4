package bincode

import "net/netip"

// netip.Addr is Rust's IpAddr: a tag, 0 for version 4 and 1 for version 6, and the bytes. With the tag
// `bincode:"ipv4"` or `bincode:"ipv6"` a field is Ipv4Addr or Ipv6Addr, the bytes alone. netip.AddrPort is
// SocketAddr, the same with a port behind. An IPv4-mapped address stays version 6. Zones have no wire
// form: encoding one, or the zero Addr, is ErrValue.

// checkAddr judges an address against what the field allows.
func (e *encoder) checkAddr(code opcode, a netip.Addr) bool {
	switch {
	case !a.IsValid():
		e.fail(ErrValue, "got no address, allowed IPv4 or IPv6")
	case a.Zone() != "":
		e.fail(ErrValue, "got the zone %q, allowed none", a.Zone())
	case (code == opAddr4 || code == opAddrPort4) && !a.Is4():
		e.fail(ErrValue, "got %v, allowed IPv4", a)
	case (code == opAddr6 || code == opAddrPort6) && a.Is4():
		e.fail(ErrValue, "got %v, allowed IPv6", a)
	default:
		return true
	}
	return false
}

// sizeAddr is what a adds to the least size of an address.
func (e *encoder) sizeAddr(code opcode, a netip.Addr) int {
	if e.checkAddr(code, a) && (code == opAddr || code == opAddrPort) && a.Is6() {
		return 16 - 4
	}
	return 0
}

func (e *encoder) sizeAddrPort(code opcode, a netip.AddrPort) int {
	n := e.sizeAddr(code, a.Addr())
	if e.varint {
		n += varintSize(uint64(a.Port())) - 1
	}
	return n
}

func (e *encoder) putAddr(code opcode, a netip.Addr, buf []byte, i int) int {
	if code == opAddr || code == opAddrPort {
		i = e.putUint(buf, i, uint64(b2i(a.Is6())), 4)
	}
	if a.Is4() {
		b := a.As4()
		return i + copy(buf[i:i+4], b[:])
	}
	b := a.As16()
	return i + copy(buf[i:i+16], b[:])
}

func (e *encoder) putAddrPort(code opcode, a netip.AddrPort, buf []byte, i int) int {
	return e.putUint(buf, e.putAddr(code, a.Addr(), buf, i), uint64(a.Port()), 2)
}

func (d *decoder) readAddr(code opcode, i int) (netip.Addr, int) {
	six := code == opAddr6 || code == opAddrPort6
	if code == opAddr || code == opAddrPort {
		tag, next := d.readTag(i, 2)
		if next < 0 {
			return netip.Addr{}, -1
		}
		six, i = tag == 1, next
	}
	n := 4 + 12*b2i(six)
	if d.counting && !d.charge(i, n, n) || !d.need(i, n) {
		return netip.Addr{}, -1
	}
	a, _ := netip.AddrFromSlice(d.src[i : i+n])
	return a, i + n
}

func (d *decoder) readAddrPort(code opcode, i int) (netip.AddrPort, int) {
	a, i := d.readAddr(code, i)
	if i < 0 {
		return netip.AddrPort{}, -1
	}
	port, i := d.readUint(i, 2)
	return netip.AddrPortFrom(a, uint16(port)), i
}

package wire

// UTF-8, judged by a machine whose states are the bytes that may follow. A state is its place, in bits, in a row;
// the row of a byte holds at the place of each state the state after that byte. So a step is one shift:
//
//	state = utf8Rows[byte] >> (state & 63)
//
// This is the shift-based automaton that Per Vognsen described, with the ranges of table 3-7 of the Unicode
// standard.

// The states. broken is 0, so that what a row does not name leads there and stays there.
const (
	broken = 6 * iota
	whole  // a character may start
	one    // one byte 80…BF is missing
	two    // two are
	three  // three are
	afterE0
	afterED
	afterF0
	afterF4
)

// The rows, by what a byte is.
const (
	ascii = whole << whole
	never = broken // C0, C1, F5…FF

	// bytes that go on: 80…8F, 90…9F and A0…BF
	inner = whole<<one | one<<two | two<<three
	low   = inner | one<<afterED | two<<afterF4
	mid   = inner | one<<afterED | two<<afterF0
	high  = inner | one<<afterE0 | two<<afterF0

	// bytes that start a character of more
	lead2  = one << whole
	lead3  = two << whole
	leadE0 = afterE0 << whole
	leadED = afterED << whole
	lead4  = three << whole
	leadF0 = afterF0 << whole
	leadF4 = afterF4 << whole
)

// utf8Rows has the row of every byte, 16 bytes a line.
var utf8Rows = [256]uint64{
	0x00: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x10: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x20: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x30: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x40: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x50: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x60: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x70: ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii, ascii,
	0x80: low, low, low, low, low, low, low, low, low, low, low, low, low, low, low, low,
	0x90: mid, mid, mid, mid, mid, mid, mid, mid, mid, mid, mid, mid, mid, mid, mid, mid,
	0xa0: high, high, high, high, high, high, high, high, high, high, high, high, high, high, high, high,
	0xb0: high, high, high, high, high, high, high, high, high, high, high, high, high, high, high, high,
	0xc0: never, never, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2,
	0xd0: lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2, lead2,
	0xe0: leadE0, lead3, lead3, lead3, lead3, lead3, lead3, lead3, lead3, lead3, lead3, lead3, lead3, leadED, lead3, lead3,
	0xf0: leadF0, lead4, lead4, lead4, leadF4, never, never, never, never, never, never, never, never, never, never, never,
}

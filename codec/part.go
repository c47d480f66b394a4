package codec

// Part is a large blob inside a message. A plain codec encodes it like any other []byte; a transport
// that can gather (package frame, or a ring reservation) leaves it out of the body and sends it out
// of line, by reference and without copying it into the encoded body first.
type Part []byte

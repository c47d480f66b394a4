package frame

import "encoding/binary"

// Parse takes a frame's payload apart: the bytes after its total. Nothing is copied: body and parts
// are slices of payload, their capacity cut to their length, so that an append to one never reaches
// the next. They are valid as long as payload is.
//
// A malformed payload gives a [*ParseError], which is [ErrMalformed].
func Parse(payload []byte) (Message, error) {
	n, err := check(payload)
	if err != nil {
		return Message{}, err
	}
	if n == 0 {
		return split(payload, nil), nil
	}
	return split(payload, make([][]byte, 0, n)), nil
}

// check walks the lengths of payload and returns the number of parts.
func check(payload []byte) (parts int, err error) {
	for off, part := 0, bodyPart; ; part++ {
		left := len(payload) - off
		if left < lenSize {
			return 0, &ParseError{Part: part, Offset: uint64(off), Size: lenSize, Left: uint64(left), Length: true}
		}
		size := binary.BigEndian.Uint64(payload[off:])
		off, left = off+lenSize, left-lenSize
		if size > uint64(left) {
			return 0, &ParseError{Part: part, Offset: uint64(off), Size: size, Left: uint64(left)}
		}
		if off += int(size); off == len(payload) {
			return part + 1, nil
		}
	}
}

// split slices a payload that check has passed, appending its parts to parts.
func split(payload []byte, parts [][]byte) Message {
	var m Message
	m.Body, payload = cut(payload)
	for len(payload) > 0 {
		var p []byte
		p, payload = cut(payload)
		parts = append(parts, p)
	}
	m.Parts = parts
	return m
}

// cut returns the slice whose length stands at the start of b, and what follows it.
func cut(b []byte) (slice, rest []byte) {
	end := lenSize + int(binary.BigEndian.Uint64(b))
	return b[lenSize:end:end], b[end:]
}

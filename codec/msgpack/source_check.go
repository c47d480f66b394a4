package msgpack

import "encoding/binary"

// codeNil is the code of nil.
const codeNil = 0xc0

// checkSource walks the one value in src and reports the first thing about it that would make the library
// read beyond src, recurse deeper than depth levels, or allocate for elements that are not there. It
// returns the offsets of the timestamps that must go through [widenStamps] first.
//
// Invariant: open[i] is the number of values still to come in the i-th open container, never 0 for
// the innermost one between two rounds.
func checkSource(src []byte, depth int) (stamps []int, err error) {
	var room [32]uint64
	open := room[:0]
	pos := 0
	for {
		if pos == len(src) {
			return nil, &Error{Err: ErrTruncated, Offset: pos, Got: 1}
		}
		at, left := pos, uint64(len(src)-pos)
		head, body, children, ok := measure(src[pos:])
		switch {
		case !ok:
			return nil, &Error{Err: ErrCode, Offset: at, Got: uint64(src[at])}
		case head > left || body > left-head:
			return nil, &Error{Err: ErrTruncated, Offset: at, Got: head + body, Limit: left}
		case children > left-head: // every child takes at least a byte
			return nil, &Error{Err: ErrTruncated, Offset: at, Got: children, Limit: left - head}
		}
		if isExtension(src[at]) {
			ext := src[at+int(head) : at+int(head+body)]
			if _, _, ok := stamp(ext); !ok {
				return nil, &Error{Err: ErrExtension, Offset: at, Got: uint64(ext[0]), Limit: timestampType}
			}
			if isMap(ext[1]) {
				stamps = append(stamps, at)
			}
		}
		pos += int(head + body)
		if children > 0 {
			if len(open) == depth {
				return nil, &Error{Err: ErrDepth, Offset: at, Got: uint64(depth) + 1, Limit: uint64(depth)}
			}
			open = append(open, children)
			continue
		}
		for len(open) > 0 {
			top := len(open) - 1
			if open[top]--; open[top] > 0 {
				break
			}
			open = open[:top]
		}
		if len(open) == 0 {
			break
		}
	}
	if pos != len(src) {
		return nil, &Error{Err: ErrTrailing, Offset: pos, Got: uint64(len(src) - pos)}
	}
	return stamps, nil
}

// measure reads the code at src[0] and the length after it: the bytes of both (head), the bytes of
// the payload (body) and the number of values that follow as its elements. A head longer than src
// means that src ends inside it.
func measure(src []byte) (head, body, children uint64, ok bool) {
	c := src[0]
	switch {
	case c <= 0x7f || c >= 0xe0: // fixint
		return 1, 0, 0, true
	case c <= 0x8f:
		return 1, 0, 2 * uint64(c&0x0f), true
	case c <= 0x9f:
		return 1, 0, uint64(c & 0x0f), true
	case c <= 0xbf:
		return 1, uint64(c & 0x1f), 0, true
	case c == 0xc1:
		return 0, 0, 0, false
	case c <= 0xc3: // nil, false, true
		return 1, 0, 0, true
	case c <= 0xc6: // bin 8, 16, 32
		head, body = length(src, 1<<(c-0xc4))
	case c <= 0xc9: // ext 8, 16, 32: a type byte before the payload
		head, body = length(src, 1<<(c-0xc7))
		body++
	case c <= 0xcb: // float 32, 64
		return 1, 4 << (c - 0xca), 0, true
	case c <= 0xcf: // uint 8 … 64
		return 1, 1 << (c - 0xcc), 0, true
	case c <= 0xd3: // int 8 … 64
		return 1, 1 << (c - 0xd0), 0, true
	case c <= 0xd8: // fixext 1 … 16
		return 1, 1 + 1<<(c-0xd4), 0, true
	case c <= 0xdb: // str 8, 16, 32
		head, body = length(src, 1<<(c-0xd9))
	case c <= 0xdd: // array 16, 32
		head, children = length(src, 2<<(c-0xdc))
	default: // map 16, 32
		head, children = length(src, 2<<(c-0xde))
		children *= 2
	}
	return head, body, children, true
}

// length reads the big-endian number of width bytes (1, 2 or 4) after the code, 0 if src is too
// short for it.
func length(src []byte, width uint64) (head, n uint64) {
	head = 1 + width
	if uint64(len(src)) < head {
		return head, 0
	}
	switch width {
	case 1:
		n = uint64(src[1])
	case 2:
		n = uint64(binary.BigEndian.Uint16(src[1:]))
	default:
		n = uint64(binary.BigEndian.Uint32(src[1:]))
	}
	return head, n
}

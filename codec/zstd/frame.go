package zstd

import (
	"fmt"

	lib "github.com/klauspost/compress/zstd"
)

// The block types of RFC 8878, section 3.1.1.2, and what bounds them.
const (
	blockRaw        = 0
	blockRLE        = 1
	blockCompressed = 2

	blockHeaderSize = 3
	blockMax        = 128 << 10 // the most that one block may unpack to
	checksumSize    = 4
)

// contentSize returns how many bytes the frame in src unpacks to, as its header claims, after
// checking the claim against limit and against what the blocks that are really there can hold.
func contentSize(src []byte, limit int) (int, error) {
	var h lib.Header
	if err := h.Decode(src); err != nil {
		return 0, fmt.Errorf("%w: frame header: %w", ErrCorrupt, err)
	}
	switch {
	case h.Skippable:
		return 0, fmt.Errorf("%w: a skippable frame has no value", ErrCorrupt)
	case h.DictionaryID != 0:
		return 0, fmt.Errorf("%w: frame needs dictionary %d", ErrCorrupt, h.DictionaryID)
	case !h.HasFCS:
		return 0, fmt.Errorf("%w: frame without content size", ErrCorrupt)
	case h.FrameContentSize > uint64(limit):
		return 0, &SizeError{Size: h.FrameContentSize, Limit: uint64(limit)}
	}
	most, err := capacity(src[h.HeaderSize:], h.HasCheckSum)
	if err != nil {
		return 0, err
	}
	if h.FrameContentSize > most {
		return 0, fmt.Errorf("%w: frame claims %d bytes, its blocks hold at most %d", ErrCorrupt, h.FrameContentSize, most)
	}
	return int(h.FrameContentSize), nil
}

// capacity walks the block headers in b, which must end with the last block and its checksum, and
// returns the most that the blocks can unpack to.
func capacity(b []byte, checksum bool) (most uint64, err error) {
	for last := false; !last; {
		if len(b) < blockHeaderSize {
			return 0, fmt.Errorf("%w: frame ends inside a block header", ErrCorrupt)
		}
		head := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		b = b[blockHeaderSize:]
		last = head&1 != 0
		size := head >> 3
		if size > blockMax {
			return 0, fmt.Errorf("%w: block of %d bytes, at most %d", ErrCorrupt, size, blockMax)
		}
		stored := size
		switch head >> 1 & 3 {
		case blockRaw:
			most += uint64(size)
		case blockRLE:
			stored = 1
			most += uint64(size)
		case blockCompressed:
			most += blockMax
		default:
			return 0, fmt.Errorf("%w: block of the reserved type", ErrCorrupt)
		}
		if stored > len(b) {
			return 0, fmt.Errorf("%w: block of %d bytes, %d left", ErrCorrupt, stored, len(b))
		}
		b = b[stored:]
	}
	if checksum {
		if len(b) < checksumSize {
			return 0, fmt.Errorf("%w: frame ends inside its checksum", ErrCorrupt)
		}
		b = b[checksumSize:]
	}
	if len(b) > 0 {
		return 0, fmt.Errorf("%w: %d bytes after the frame", ErrCorrupt, len(b))
	}
	return most, nil
}

package shmring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"runtime"
)

// supported refuses machines whose memory the format does not describe: it is little endian and needs
// 64-bit atomic words.
func supported() error {
	if bits.UintSize < 64 || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return fmt.Errorf("%w: segments need a 64-bit little-endian machine, this is %s", errors.ErrUnsupported, runtime.GOARCH)
	}
	return nil
}

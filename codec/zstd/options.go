package zstd

import (
	"fmt"

	lib "github.com/klauspost/compress/zstd"
)

// What holds when an option is not given.
const (
	// DefaultThreshold is the length in bytes from which encodings are compressed.
	DefaultThreshold = 512
	// DefaultMaxSize is the longest inner encoding in bytes: 64 MiB.
	DefaultMaxSize = 64 << 20
)

// Level is how much work goes into compression. Any level unpacks equally fast.
type Level int

// The levels, from least work to least bytes.
const (
	Fastest Level = iota + 1
	Balanced
	Better
	Best
)

// Option changes a codec while it is made.
type Option func(*options)

type options struct {
	threshold int
	maxSize   int
	level     Level
}

// Threshold sets the length of the inner encoding, in bytes, from which it is compressed: n ≥ 0.
// Shorter encodings travel as they are. A negative n panics.
func Threshold(n int) Option {
	if n < 0 {
		panic(fmt.Sprintf("codec/zstd: Threshold(%d)", n))
	}
	return func(o *options) { o.threshold = n }
}

// MaxSize sets the longest inner encoding, in bytes, that is written or unpacked: n ≥ 1. A smaller n
// panics.
func MaxSize(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("codec/zstd: MaxSize(%d)", n))
	}
	return func(o *options) { o.maxSize = n }
}

// WithLevel sets how much work goes into compression; the default is [Fastest], which suits records
// that are read once. A level that is not one of the constants panics.
func WithLevel(l Level) Option {
	if l < Fastest || l > Best {
		panic(fmt.Sprintf("codec/zstd: WithLevel(%d)", int(l)))
	}
	return func(o *options) { o.level = l }
}

// packer returns the compressor for o. Every frame it makes names its content size.
func (o *options) packer() *lib.Encoder {
	levels := [...]lib.EncoderLevel{
		Fastest: lib.SpeedFastest, Balanced: lib.SpeedDefault,
		Better: lib.SpeedBetterCompression, Best: lib.SpeedBestCompression,
	}
	e, err := lib.NewWriter(nil,
		lib.WithEncoderLevel(levels[o.level]), lib.WithSingleSegment(true), lib.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options above are constants that the library accepts
	}
	return e
}

// unpacker returns the decompressor for o, which writes only into room that it is given.
func (o *options) unpacker() *lib.Decoder {
	d, err := lib.NewReader(nil,
		lib.WithDecoderConcurrency(0), lib.WithDecoderMaxMemory(uint64(o.maxSize)), lib.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err) // maxSize is at least 1, which the library accepts
	}
	return d
}

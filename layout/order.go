package layout

import (
	"encoding/binary"
	"math"
)

// Integers and floats in little-endian byte order, of alignment 1. They are arrays of bytes, so they can
// stand at any offset, need no padding, and have the same bytes on every machine. Get and Set compile to
// a load or a store, with a byte swap where the machine differs.
//
//	U32LE   0x11223344  →  44 33 22 11
//	U32BE   0x11223344  →  11 22 33 44
type (
	U16LE [2]byte // uint16, little endian
	U32LE [4]byte // uint32, little endian
	U64LE [8]byte // uint64, little endian
	I16LE [2]byte // int16, little endian
	I32LE [4]byte // int32, little endian
	I64LE [8]byte // int64, little endian
	F32LE [4]byte // float32, little endian
	F64LE [8]byte // float64, little endian
)

// Get returns v as a uint16.
func (v U16LE) Get() uint16 { return binary.LittleEndian.Uint16(v[:]) }

// Set stores x in v.
func (v *U16LE) Set(x uint16) { binary.LittleEndian.PutUint16(v[:], x) }

// Get returns v as a uint32.
func (v U32LE) Get() uint32 { return binary.LittleEndian.Uint32(v[:]) }

// Set stores x in v.
func (v *U32LE) Set(x uint32) { binary.LittleEndian.PutUint32(v[:], x) }

// Get returns v as a uint64.
func (v U64LE) Get() uint64 { return binary.LittleEndian.Uint64(v[:]) }

// Set stores x in v.
func (v *U64LE) Set(x uint64) { binary.LittleEndian.PutUint64(v[:], x) }

// Get returns v as an int16.
func (v I16LE) Get() int16 { return int16(binary.LittleEndian.Uint16(v[:])) }

// Set stores x in v.
func (v *I16LE) Set(x int16) { binary.LittleEndian.PutUint16(v[:], uint16(x)) }

// Get returns v as an int32.
func (v I32LE) Get() int32 { return int32(binary.LittleEndian.Uint32(v[:])) }

// Set stores x in v.
func (v *I32LE) Set(x int32) { binary.LittleEndian.PutUint32(v[:], uint32(x)) }

// Get returns v as an int64.
func (v I64LE) Get() int64 { return int64(binary.LittleEndian.Uint64(v[:])) }

// Set stores x in v.
func (v *I64LE) Set(x int64) { binary.LittleEndian.PutUint64(v[:], uint64(x)) }

// Get returns v as a float32.
func (v F32LE) Get() float32 { return math.Float32frombits(binary.LittleEndian.Uint32(v[:])) }

// Set stores x in v.
func (v *F32LE) Set(x float32) { binary.LittleEndian.PutUint32(v[:], math.Float32bits(x)) }

// Get returns v as a float64.
func (v F64LE) Get() float64 { return math.Float64frombits(binary.LittleEndian.Uint64(v[:])) }

// Set stores x in v.
func (v *F64LE) Set(x float64) { binary.LittleEndian.PutUint64(v[:], math.Float64bits(x)) }

// Integers and floats in big-endian (network) byte order; otherwise as those in little-endian order.
type (
	U16BE [2]byte // uint16, big endian
	U32BE [4]byte // uint32, big endian
	U64BE [8]byte // uint64, big endian
	I16BE [2]byte // int16, big endian
	I32BE [4]byte // int32, big endian
	I64BE [8]byte // int64, big endian
	F32BE [4]byte // float32, big endian
	F64BE [8]byte // float64, big endian
)

// Get returns v as a uint16.
func (v U16BE) Get() uint16 { return binary.BigEndian.Uint16(v[:]) }

// Set stores x in v.
func (v *U16BE) Set(x uint16) { binary.BigEndian.PutUint16(v[:], x) }

// Get returns v as a uint32.
func (v U32BE) Get() uint32 { return binary.BigEndian.Uint32(v[:]) }

// Set stores x in v.
func (v *U32BE) Set(x uint32) { binary.BigEndian.PutUint32(v[:], x) }

// Get returns v as a uint64.
func (v U64BE) Get() uint64 { return binary.BigEndian.Uint64(v[:]) }

// Set stores x in v.
func (v *U64BE) Set(x uint64) { binary.BigEndian.PutUint64(v[:], x) }

// Get returns v as an int16.
func (v I16BE) Get() int16 { return int16(binary.BigEndian.Uint16(v[:])) }

// Set stores x in v.
func (v *I16BE) Set(x int16) { binary.BigEndian.PutUint16(v[:], uint16(x)) }

// Get returns v as an int32.
func (v I32BE) Get() int32 { return int32(binary.BigEndian.Uint32(v[:])) }

// Set stores x in v.
func (v *I32BE) Set(x int32) { binary.BigEndian.PutUint32(v[:], uint32(x)) }

// Get returns v as an int64.
func (v I64BE) Get() int64 { return int64(binary.BigEndian.Uint64(v[:])) }

// Set stores x in v.
func (v *I64BE) Set(x int64) { binary.BigEndian.PutUint64(v[:], uint64(x)) }

// Get returns v as a float32.
func (v F32BE) Get() float32 { return math.Float32frombits(binary.BigEndian.Uint32(v[:])) }

// Set stores x in v.
func (v *F32BE) Set(x float32) { binary.BigEndian.PutUint32(v[:], math.Float32bits(x)) }

// Get returns v as a float64.
func (v F64BE) Get() float64 { return math.Float64frombits(binary.BigEndian.Uint64(v[:])) }

// Set stores x in v.
func (v *F64BE) Set(x float64) { binary.BigEndian.PutUint64(v[:], math.Float64bits(x)) }

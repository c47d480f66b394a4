package bincode

import (
	"reflect"
	"sync"
)

// A program is a type walked once: a flat list of steps for one value, in wire order.
//
//	type Small struct { ID uint64; PID uint32; Score float64; Name string; Active bool }
//
//	step 0   move 8 bytes, 8 bytes, 8 bytes       ID, PID and Score: runs of neighbours fused
//	         then text at the offset of Name
//	step 1   move 1 byte, which must be 0 or 1    Active
//
// Structs inside structs are flattened into their parent; what has a length, a tag or recursion has a
// program of its own. Invariants: offsets lie inside the type; a program never changes once its
// compilation has returned; wire positions of moves ascend.
type program struct {
	typ   reflect.Type
	size  uintptr // of one value in memory
	steps []step
	base  int // wire bytes that every value has and that size adds without looking
	min   int // least wire bytes of a value; ≥ base

	bulk      *program  // of the elements, if the value is nothing but a slice of simple ones
	lens      []uintptr // where texts and byte slices have their lengths in memory
	simple    bool      // memory and wire are alike but for texts and byte slices: it has a fast form
	single    bool      // what getFast finds amiss it finds before it stores
	fast      []fastStep
	chained   []fastStep // for values after one another: see chain
	onePass   bool       // it can be encoded in one pass where the wire differs from memory
	flat      bool       // every value has exactly min wire bytes, and only bools can be wrong
	plain     int        // > 0: memory is the wire image, in integers of this many bytes
	pointers  bool       // memory holds pointers
	generated bool       // the type has methods of the generator for itself
	fallible  bool       // decoding runs a Validate, which can refuse after the bytes were good
	hooks     bool       // runs a type's own code, in the order of the wire
	fields    []field    // under AllowMissing: one by one
	validate  *hook      // and its Validate
	memory    int        // size_of::<T>() of the matching Rust type, which bincode 2 charges against a limit
}

// A step moves a fixed stretch, then does one operation of variable size.
type step struct {
	moves []move
	bools []move // stretches of the fixed part that must hold 0 or 1 in every byte
	wire  int    // bytes of the fixed part
	code  opcode
	off   uintptr  // of the operation's value in memory
	elem  *program // of what the operation contains
	n     int      // array length, number of variants, or bytes of an integer
	width int      // bytes of an enum in memory; wire bytes of an int of another size
	name  string   // of the operation's field, for error paths
	names []span   // of the fixed part's fields

	mapping *mapping
	union   *union
	hook    *hook
}

// A move copies n bytes between memory at off and the wire at pos, in integers of unit bytes.
type move struct {
	off  uintptr
	pos  int
	n    int
	unit int
}

// A span names n bytes of a step's fixed part.
type span struct {
	pos, n int
	name   string
}

// nameAt finds the field that holds the byte at pos of the fixed part.
func (s *step) nameAt(pos int) string {
	for _, f := range s.names {
		if pos < f.pos+f.n {
			return f.name
		}
	}
	return ""
}

type opcode uint8

const (
	opNone opcode = iota
	opText
	opBytes
	opPart // out of line
	opPlain
	opSlice
	opArray
	opPointer
	opBox
	opOption
	opResult
	opEnum
	opUnionStruct
	opUnionInterface
	opMap
	opChar
	opUnsigned // integer of n bytes that is not a move: varint, or int on a 32-bit host
	opSigned
	opWide // 128 bits as varint, n is 1 when signed
	opBig
	opBigPointer
	opGoDuration
	opDuration
	opTime
	opAddr
	opAddr4
	opAddr6
	opAddrPort
	opAddrPort4
	opAddrPort6
	opNonZero
	opHook
	opValidate
)

// programs remembers what was compiled for one configuration. Readers take no lock.
type programs struct {
	done sync.Map // reflect.Type → *program or error
}

// of returns the program for t, compiling it at first sight.
func (ps *programs) of(t reflect.Type, cfg *config) (*program, error) {
	v, ok := ps.done.Load(t)
	if !ok {
		p, err := compile(t, cfg)
		if err != nil {
			v = err
		} else {
			v = p
		}
		v, _ = ps.done.LoadOrStore(t, v)
	}
	if p, ok := v.(*program); ok {
		return p, nil
	}
	return nil, v.(error)
}

// Package tagged is a self-describing format: every value begins with a byte that tells its kind, so
// that a reader needs no schema. It knows more kinds than JSON (integers apart from floats,
// byte buffers, dates, durations, sets, maps with keys of any kind, undefined) and gives every float
// back bit for bit. It is meant for control messages and diagnostics; records under load are bincode's.
//
//	c := tagged.Of[Status]()              // or tagged.Of[any](): no schema at all
//	buf, err = c.Append(buf[:0], &status)
//	err = c.Decode(buf, &status)
//
// # Bytes
//
// A value is one code byte, and after it what the table shows. All numbers are big endian.
//
//	 2  02  string           int size, UTF-8
//	 3  03  true
//	 4  04  false
//	 5  05  null
//	 6  06  undefined
//	 8  08  date             int: milliseconds since 1970-01-01 00:00 UTC
//	11  0b  array            int count, values
//	12  0c  set              int count, values
//	13  0d  map              int count, then per entry: key value, value
//	14  0e  object           int count, then per entry: int size, UTF-8 key, value
//	15  0f  templated array  int keys, then per key: int size, UTF-8; int rows, then per row and key: value or skip
//	16  10  integer          1 byte, two's complement
//	17  11  integer          2 bytes
//	18  12  integer          4 bytes
//	19  13  integer          8 bytes
//	20  14  float            8 bytes, IEEE 754
//	22  16  NaN              the float with the bits 7ff8000000000001; any other NaN is code 20
//	25  19  duration         int: nanoseconds
//	26  1a  +infinity        float
//	27  1b  -infinity        float
//	28  1c  -0               float
//	36  24  bytes            int size, bytes
//	40  28  the integer -1
//	41  29  the integer 0
//	42  2a  the integer 1
//
// From 64 up are the codes that templated arrays need, and those of what only Go tells apart:
//
//	64  40  skip             only in a templated array: this row has no value for this key
//	65  41  integer          8 bytes, unsigned: 2⁶³ and above
//	66  42  float            4 bytes, IEEE 754
//	67  43  complex          8 bytes real, 8 bytes imaginary part
//	68  44  time             int seconds since 1970 UTC, int nanoseconds 0 … 999 999 999, int seconds east of UTC
//	69  45  integer          int size, two's complement in the fewest bytes, none for 0
//
// "int" is itself an integer value with one of the codes 16 to 19 and 40 to 42; an encoder takes the
// shortest, a decoder any. All other codes are reserved, and refused. The object
// {"nested":[{"data":"structure"}]} is
//
//	0e 2a                            object with 1 entry
//	   10 06 6e 65 73 74 65 64       key of 6 bytes: nested
//	   0b 2a                         array with 1 element
//	      0e 2a                      object with 1 entry
//	         10 04 64 61 74 61       key of 4 bytes: data
//	         02 10 09 73 74 72 …     string of 9 bytes: structure
//
// An array of two or more objects becomes a templated array where that is shorter: the keys stand once,
// in order of appearance, and each object is a row. [{"id":1,"ok":true},{"id":0}] is
//
//	0f 10 02  10 02 "id"  10 02 "ok"  10 02   2a 03   29 40
//
// # Streams
//
// A stream begins with a stream header, 00 and the version as an int: 00 2a. Then come values, each
// alone or after a message header, 01 and the value's size in bytes as an int, which lets a receiver
// refuse or pass over a message before it looks at it. [Writer] writes every value with one; [Reader]
// and [Decoder] take both. A record of a ring is one bare value, without any header.
//
// # Go values
//
//	Go                                   bytes                              into an any
//	bool                                 true, false                        bool
//	int…, uint…                          shortest integer                   int64, or uint64 from 2⁶³
//	float64                              float, NaN, ±infinity, -0          float64
//	float32                              float of 4 bytes                   float32
//	complex64, complex128                complex                            complex128
//	string                               string                             string
//	[]byte, [N]byte                      bytes                              []byte
//	slices, arrays                       array or templated array           []any
//	struct, map with string keys         object                             map[string]any
//	map[K]struct{}, Set                  set                                Set
//	any other map, Map                   map                                Map
//	time.Time                            date if UTC and whole ms, or time  time.Time
//	time.Duration                        duration                           time.Duration
//	big.Int                              integer of any size                *big.Int
//	encoding.TextMarshaler + Unmarshaler string                             string
//	Undefined                            undefined                          Undefined
//	nil pointer, slice, map, any         null                               nil
//
// Fields of a struct go in order of declaration under their name, or under `tagged:"name"`; those with
// `tagged:"-"` and unexported ones do not travel, and an embedded struct is a field like any other: its
// methods are not taken for those of the whole. A struct of which nothing would travel is [ErrUnsupported],
// unless a tag says "-"; so is one that embeds an unexported struct with exported fields. A type defined over
// an integer is that integer, also where the integer is time.Duration.
//
// Map keys are sorted, so equal values have equal bytes; two keys with equal bytes are [ErrDuplicate]. A time
// zone travels as its offset only.
//
// A decoder is strict about kinds and lenient about shape: a field that is missing is zero, a key that
// a struct does not have is passed over, an integer goes into any integer or float that holds it
// exactly, a float64 may be rounded to a float32, null and undefined go into whatever has a nil. Anything
// else is an error. A pointer to a pointer or interface is not supported, because a null could belong
// to either; a pointer to a nil slice or map comes back as a nil pointer.
//
// Append into a large enough buffer allocates for maps and sets, for arrays whose rows are maps, pointers
// or any, for big.Int and for text marshalers; structs and slices of them take nothing.
//
// # Hostile input
//
// A count or size is checked against the bytes that are left before it is used; nesting stops at
// [MaxDepth]; memory is counted and stops at [MaxMemory], since a two-byte object can stand for a large
// struct; no key of an object, map or set may stand twice. Every refusal is an [Error] with path and offset, which
// unwraps to one of the package's sentinels, and leaves the target untouched.
package tagged

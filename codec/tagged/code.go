package tagged

import "fmt"

// Code is the byte that tells what follows. Codes below 64 that are not listed are reserved. From 64 up are
// those that templates need, and those of what only Go tells apart.
type Code byte

// The codes, with what follows each. "int" is a coded integer: one of the integer codes and its bytes.
const (
	CodeStream    Code = 0  // int version; only as the first bytes of a stream
	CodeMessage   Code = 1  // int size, then one value of that many bytes; only between values of a stream
	CodeString    Code = 2  // int size, UTF-8
	CodeTrue      Code = 3  // nothing
	CodeFalse     Code = 4  // nothing
	CodeNull      Code = 5  // nothing
	CodeUndefined Code = 6  // nothing
	CodeDate      Code = 8  // int milliseconds since 1970-01-01 UTC
	CodeArray     Code = 11 // int count, values
	CodeSet       Code = 12 // int count, values
	CodeMap       Code = 13 // int count, (key value, value)*
	CodeObject    Code = 14 // int count, (int size, UTF-8 key, value)*
	CodeTemplate  Code = 15 // int keys, (int size, UTF-8 key)*, int rows, (value or CodeSkip) × keys × rows
	CodeInt8      Code = 16 // 1 byte, two's complement
	CodeInt16     Code = 17 // 2 bytes
	CodeInt32     Code = 18 // 4 bytes
	CodeInt64     Code = 19 // 8 bytes
	CodeFloat64   Code = 20 // 8 bytes, IEEE 754
	CodeNaN       Code = 22 // nothing: the one NaN of math.NaN
	CodeDuration  Code = 25 // int nanoseconds
	CodePosInf    Code = 26 // nothing
	CodeNegInf    Code = 27 // nothing
	CodeNegZero   Code = 28 // nothing
	CodeBytes     Code = 36 // int size, bytes
	CodeMinusOne  Code = 40 // nothing: the integer -1
	CodeZero      Code = 41 // nothing: the integer 0
	CodeOne       Code = 42 // nothing: the integer 1

	CodeSkip    Code = 64 // nothing: this row of a template lacks this key
	CodeUint64  Code = 65 // 8 bytes: an integer above the range of CodeInt64
	CodeFloat32 Code = 66 // 4 bytes, IEEE 754
	CodeComplex Code = 67 // 16 bytes: real and imaginary part as IEEE 754
	CodeTime    Code = 68 // int seconds since 1970, int nanoseconds 0 … 999 999 999, int seconds east of UTC
	CodeBig     Code = 69 // int size, two's complement in as few bytes as possible; none for 0
)

// Version is the version of the format that this package writes and reads.
const Version = 1

// String returns the name of the code in words, or its number.
func (c Code) String() string {
	names := [...]string{
		CodeStream: "stream header", CodeMessage: "message header", CodeString: "string", CodeTrue: "true",
		CodeFalse: "false", CodeNull: "null", CodeUndefined: "undefined", CodeDate: "date", CodeArray: "array",
		CodeSet: "set", CodeMap: "map", CodeObject: "object", CodeTemplate: "templated array", CodeInt8: "int8",
		CodeInt16: "int16", CodeInt32: "int32", CodeInt64: "int64", CodeFloat64: "float64", CodeNaN: "NaN",
		CodeDuration: "duration", CodePosInf: "+Inf", CodeNegInf: "-Inf", CodeNegZero: "-0", CodeBytes: "bytes",
		CodeMinusOne: "-1", CodeZero: "0", CodeOne: "1", CodeSkip: "skip", CodeUint64: "uint64",
		CodeFloat32: "float32", CodeComplex: "complex", CodeTime: "time", CodeBig: "big integer",
	}
	if int(c) < len(names) && names[c] != "" {
		return names[c]
	}
	return fmt.Sprintf("code 0x%02x", byte(c))
}

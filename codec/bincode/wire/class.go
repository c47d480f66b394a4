package wire

// Class says what kind of fault an [Error] reports. It is an error itself: errors.Is(err, ErrEOF).
type Class string

// The classes. Their text is the word used in the vectors of the reference implementation.
const (
	// ErrEOF: the input ends before the value does. It also matches io.ErrUnexpectedEOF.
	ErrEOF Class = "eof"
	// ErrBool: a bool was neither 0 nor 1.
	ErrBool Class = "invalid-bool"
	// ErrOptionTag: an option's tag was neither 0 nor 1.
	ErrOptionTag Class = "invalid-option-tag"
	// ErrEnumTag: an enum's tag has no variant; encoding: a sum type holds no variant, several, or a foreign one.
	ErrEnumTag Class = "invalid-enum-tag"
	// ErrUTF8: a string is not UTF-8.
	ErrUTF8 Class = "invalid-utf8"
	// ErrChar: a char is not a Unicode scalar value.
	ErrChar Class = "invalid-char"
	// ErrIntRange: an integer does not fit its field.
	ErrIntRange Class = "int-range"
	// ErrVarintReserved: a variable-width integer starts with the reserved byte 255.
	ErrVarintReserved Class = "varint-reserved"
	// ErrLimit: the value is larger than the configured limit, or has too many elements without bytes.
	ErrLimit Class = "limit"
	// ErrTrailing: bytes are left after the value and the configuration rejects them.
	ErrTrailing Class = "trailing"
	// ErrNonZero: a field that must not be zero is zero.
	ErrNonZero Class = "nonzero"
	// ErrDuration: a duration or point in time is outside what the format, or the Go type, can hold.
	ErrDuration Class = "duration-overflow"
	// ErrDepth: the value nests deeper than the configured bound.
	ErrDepth Class = "depth"
	// ErrType: the Go type has no bincode form.
	ErrType Class = "unsupported-type"
	// ErrValue: the Go value has no bincode form: a nil box, an invalid address.
	ErrValue Class = "invalid-value"
	// ErrInvalid: the decoded value's own Validate refused it; errors.Is also finds what Validate returned.
	ErrInvalid Class = "validation"
	// ErrHook: a type's own AppendBincode, SizeBincode or UnmarshalBincode failed or misbehaved.
	ErrHook Class = "hook"
	// ErrTooFewParts: the value needs more out-of-line parts than were given.
	ErrTooFewParts Class = "too-few-parts"
	// ErrTooManyParts: out-of-line parts are left after the value.
	ErrTooManyParts Class = "too-many-parts"
)

// Error is the class with the package's name before it.
func (c Class) Error() string { return "bincode: " + string(c) }

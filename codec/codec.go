package codec

// Codec turns values of one type into bytes and back.
//
// Implementations are immutable after construction and safe for concurrent use.
type Codec[T any] interface {
	// Name is the short name of the format: "bincode", "json", "msgpack", "tagged".
	Name() string

	// Size returns the exact number of bytes that Append would add for v, without encoding.
	Size(v *T) (int, error)

	// Append encodes v at the end of dst and returns the extended slice. It allocates only when
	// the capacity of dst is too small. On error it returns dst unchanged in length and content.
	Append(dst []byte, v *T) ([]byte, error)

	// Decode replaces *v with the value encoded in src. Nothing in *v aliases src afterwards.
	// On error *v is untouched.
	Decode(src []byte, v *T) error

	// DecodeBorrow is Decode, except that []byte and string fields of *v alias src where the
	// format allows it. They are valid only as long as src is, and must not be written through.
	DecodeBorrow(src []byte, v *T) error
}

package codec

// EncodingSizer marks a codec whose Size encodes the value to find out. Who wants the bytes as well then
// does better to Append to a buffer than to call Size first.
type EncodingSizer interface{ SizeEncodes() }

package json

// SizeEncodes marks the codec as one whose Size encodes: codec.EncodingSizer.
func (c *jsonCodec[T]) SizeEncodes() {}

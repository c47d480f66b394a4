package msgpack

// SizeEncodes marks the codec as one whose Size encodes: codec.EncodingSizer.
func (c *msgpackCodec[T]) SizeEncodes() {}

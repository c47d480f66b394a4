package zstd

// SizeEncodes marks the codec as one whose Size encodes: codec.EncodingSizer.
func (c *zstdCodec[T]) SizeEncodes() {}

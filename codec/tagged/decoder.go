package tagged

// Decoder takes a stream apart that arrives in pieces, split at any byte: its header, then values, each
// with or without a message header. It holds no more than the bytes of one value, and refuses a bad
// byte as soon as it comes. It belongs to one goroutine at a time.
//
//	for len(p) > 0 {
//		n, whole, err := d.Feed(p)
//		if err != nil {
//			return err
//		}
//		if p = p[n:]; whole {
//			err = d.Decode(&v)
//		}
//	}
type Decoder struct {
	format *Format
	state  state
	num    number
	scan   scanner
	size   int // from the message header, -1 without one
	value  []byte
	read   int64 // bytes of the stream taken so far
	err    error // once set, for ever
}

// state is what comes next in a stream.
type state uint8

const (
	atStream  state = iota // the code of the stream header
	inVersion              // its version
	atItem                 // a message header or a value
	inSize                 // the size in a message header
	inValue
	atEnd // the value is complete
)

// NewDecoder returns a Decoder at the beginning of a stream.
func NewDecoder(opts ...Option) *Decoder { return &Decoder{format: New(opts...)} }

// Feed takes bytes of p up to the end of a value and returns how many they were. When whole is true
// the value is complete and [Decoder.Decode] gives it, until the next Feed; n may then be less than
// len(p), and the rest belongs in the next Feed. Otherwise n is len(p) and the stream has to go on.
// Feed keeps no reference to p.
//
// An error is an [Error] whose offset counts from the beginning of the stream. It ends the stream:
// every further Feed returns it.
func (d *Decoder) Feed(p []byte) (n int, whole bool, err error) {
	if d.err != nil {
		return 0, false, d.err
	}
	if d.state == atEnd {
		d.state, d.value = atItem, d.value[:0]
	}
	for n < len(p) && d.state != atEnd {
		step := 1
		switch d.state {
		case inValue:
			step, err = d.scanValue(p[n:])
		case atItem:
			step, err = d.item(Code(p[n]))
		default:
			err = d.head(p[n])
		}
		if err != nil {
			d.err = &Error{Offset: int(d.read), Err: err}
			return n, false, d.err
		}
		n += step
		d.read += int64(step)
	}
	return n, d.state == atEnd, nil
}

// head takes a byte of the stream header or of a message header's size.
func (d *Decoder) head(b byte) error {
	if d.state == atStream {
		if Code(b) != CodeStream {
			return detail(ErrNoHeader, "a stream begins with byte 00, got %02x", b)
		}
		d.state = inVersion
		return nil
	}
	n, done, err := d.num.feed(b)
	if err != nil || !done {
		return err
	}
	if d.state == inVersion {
		if n != Version {
			return detail(ErrVersion, "%d, want %d", n, Version)
		}
		d.state = atItem
		return nil
	}
	switch limit := int64(d.format.options.message); {
	case n < 1:
		return detail(ErrSize, "message of %d bytes, want at least 1", n)
	case n > limit:
		return detail(ErrTooLarge, "message of %d bytes, at most %d", n, limit)
	}
	d.begin(int(n), ErrSize)
	return nil
}

// item takes a message header's code, or begins a value at its code.
func (d *Decoder) item(c Code) (step int, err error) {
	if c == CodeMessage {
		d.state = inSize
		return 1, nil
	}
	d.begin(-1, ErrTooLarge)
	return 0, nil
}

func (d *Decoder) begin(size int, beyond error) {
	limit := size
	if size < 0 {
		limit = d.format.options.message
	}
	d.size, d.state = size, inValue
	d.scan = scanner{maxDepth: d.format.options.depth, limit: uint64(limit), beyond: beyond, open: d.scan.open[:0]}
}

func (d *Decoder) scanValue(p []byte) (int, error) {
	n, done, err := d.scan.feed(p)
	if err != nil {
		return 0, err
	}
	d.value = append(d.value, p[:n]...)
	if !done {
		return n, nil
	}
	if d.size >= 0 && d.size != len(d.value) {
		return 0, detail(ErrSize, "message of %d bytes, its header says %d", len(d.value), d.size)
	}
	d.state = atEnd
	return n, nil
}

// Whole reports whether a value is complete and not yet followed by another Feed.
func (d *Decoder) Whole() bool { return d.state == atEnd }

// Partial reports whether the stream stands inside its header, a message header or a value: an end here
// would be an unexpected one.
func (d *Decoder) Partial() bool { return d.state != atItem && d.state != atEnd }

// Bytes returns the encoding of the complete value. It is valid until the next Feed.
func (d *Decoder) Bytes() []byte { return d.value }

// Decode decodes the complete value into what the pointer v points to, copying; it may be called
// again, with another type. Errors are those of [Format.Unmarshal], do not end the stream, and their
// offset counts from the beginning of the value. Without a complete value it is [ErrTruncated].
func (d *Decoder) Decode(v any) error {
	if d.state != atEnd {
		return &Error{Offset: int(d.read), Err: detail(ErrTruncated, "no complete value yet")}
	}
	return d.format.Unmarshal(d.value, v)
}

package msgpack

// output is the writer under an encoder: it appends to buf or, counting, only counts.
type output struct {
	buf      []byte
	n        int
	counting bool
}

// Write appends or counts p; it never fails.
func (o *output) Write(p []byte) (int, error) {
	if o.counting {
		o.n += len(p)
	} else {
		o.buf = append(o.buf, p...)
	}
	return len(p), nil
}

// WriteByte appends or counts one byte; it never fails. The library looks for it.
func (o *output) WriteByte(b byte) error {
	if o.counting {
		o.n++
	} else {
		o.buf = append(o.buf, b)
	}
	return nil
}

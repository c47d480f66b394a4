package json

import stdjson "encoding/json"

// encoder is an encoding/json encoder bound to the output it writes to, kept for reuse.
type encoder struct {
	json *stdjson.Encoder
	out  output
}

func newEncoder() any {
	e := new(encoder)
	e.json = stdjson.NewEncoder(&e.out)
	e.json.SetEscapeHTML(false)
	return e
}

// output appends to buf or, counting, only counts. The newline that encoding/json writes after a
// value is held back until something follows it, so that it neither counts nor needs room in buf.
type output struct {
	buf      []byte
	n        int
	counting bool
	newline  bool
}

// Write appends or counts p; it never fails.
func (o *output) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if o.newline {
		o.add([]byte{'\n'})
	}
	kept := p
	if o.newline = p[len(p)-1] == '\n'; o.newline {
		kept = p[:len(p)-1]
	}
	o.add(kept)
	return len(p), nil
}

func (o *output) add(p []byte) {
	if o.counting {
		o.n += len(p)
		return
	}
	o.buf = append(o.buf, p...)
}

// Package formats measures how long it takes to turn a value into bytes and back, in the formats of this
// module and in gob.
package formats

// Sample is a record as programs exchange them: numbers, text, a list and a blob.
type Sample struct {
	ID      uint64
	Time    int64
	Kind    uint32
	Urgent  bool
	Source  string
	Labels  []string
	Values  []float64
	Content []byte
}

// NewSample returns a value that takes about size bytes in bincode, 100 or more: a quarter of what is not
// fixed in labels of 16 bytes, length included, a quarter in numbers, the rest in the blob.
func NewSample(size int) Sample {
	const fixed = 8 + 8 + 4 + 1 + 8 + 7 + 3*8
	s := Sample{ID: 1 << 40, Time: 1_700_000_000_123_456_789, Kind: 7, Urgent: true, Source: "sensors"}
	rest := max(size-fixed, 0)
	for range rest / 4 / (8 + 8) {
		s.Labels = append(s.Labels, "label ab")
	}
	for i := range rest / 4 / 8 {
		s.Values = append(s.Values, float64(i)*1.25+0.1)
	}
	s.Content = make([]byte, max(rest-16*len(s.Labels)-8*len(s.Values), 1))
	for i := range s.Content {
		s.Content[i] = byte(i * 37)
	}
	return s
}

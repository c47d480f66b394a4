package tagged_test

import (
	stdjson "encoding/json"
	"testing"

	"github.com/shmring/ipc/codec/tagged"
)

type report struct {
	Name  string
	PID   int
	Sizes []int
	Rows  []line
	Data  []byte
}

func sample() report {
	r := report{Name: "feed", PID: 4711, Sizes: []int{1, 2, 300, 4 << 20}, Data: make([]byte, 256)}
	for i := range 16 {
		r.Rows = append(r.Rows, line{SKU: i, Price: float64(i) / 4})
	}
	return r
}

func BenchmarkAppend(b *testing.B) {
	v := sample()
	b.Run("format=tagged", func(b *testing.B) {
		c := tagged.Of[report]()
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = c.Append(buf[:0], &v)
		}
		b.ReportMetric(float64(len(buf)), "bytes")
	})
	b.Run("format=json", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = stdjson.Marshal(&v)
		}
		b.ReportMetric(float64(len(buf)), "bytes")
	})
}

func BenchmarkDecode(b *testing.B) {
	v := sample()
	c := tagged.Of[report]()
	tag, err := c.Append(nil, &v)
	if err != nil {
		b.Fatal(err)
	}
	text, err := stdjson.Marshal(&v)
	if err != nil {
		b.Fatal(err)
	}
	for name, decode := range map[string]func(*report) error{
		"format=tagged":          func(r *report) error { return c.Decode(tag, r) },
		"format=tagged-borrowed": func(r *report) error { return c.DecodeBorrow(tag, r) },
		"format=json":            func(r *report) error { return stdjson.Unmarshal(text, r) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var r report
				if err := decode(&r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

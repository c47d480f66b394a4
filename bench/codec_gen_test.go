package bench

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"github.com/shmring/ipc/bench/internal/records"
	"github.com/shmring/ipc/codec/bincode"
)

// The records without their methods, so that bincode runs their programs.
type (
	plainMeta    records.Meta
	plainMessage records.Message
	plainBatch   []records.Small
	plainFloats  []float32
)

// packed is what tinylib/msgp gives a type.
type packed interface {
	msgp.Marshaler
	msgp.Unmarshaler
}

// contestant is one way to encode and decode a record. Each operation runs n times, on memory that is kept
// between calls.
type contestant struct {
	name string
	ops  map[string]func(n int) error
}

// methods is what bincodegen gives a type.
type methods interface {
	AppendBincode(dst []byte) ([]byte, error)
	UnmarshalBincode(src []byte) (int, error)
	UnmarshalBincodeBorrow(src []byte) (int, error)
}

// generatedWay calls generated methods, P being *T.
func generatedWay[T any, P interface {
	*T
	methods
}](b *testing.B, v P) contestant {
	buf := encoded(b, func() ([]byte, error) { return v.AppendBincode(nil) })
	var copied, borrowed methods = P(new(T)), P(new(T))
	var from methods = v
	return contestant{"generated", map[string]func(int) error{
		"encode": func(n int) (err error) {
			for range n {
				_, err = from.AppendBincode(buf[:0])
			}
			return err
		},
		"decode": func(n int) (err error) {
			for range n {
				_, err = copied.UnmarshalBincode(buf)
			}
			return err
		},
		"borrow": func(n int) (err error) {
			for range n {
				_, err = borrowed.UnmarshalBincodeBorrow(buf)
			}
			return err
		},
	}}
}

// programWay runs the program of T, which has no methods.
func programWay[T any](b *testing.B, v *T) contestant {
	c := bincode.Of[T]()
	buf := encoded(b, func() ([]byte, error) { return c.Append(nil, v) })
	var copied, borrowed T
	return contestant{"program", map[string]func(int) error{
		"encode": func(n int) (err error) {
			for range n {
				_, err = c.Append(buf[:0], v)
			}
			return err
		},
		"decode": func(n int) (err error) {
			for range n {
				err = c.Decode(buf, &copied)
			}
			return err
		},
		"borrow": func(n int) (err error) {
			for range n {
				err = c.DecodeBorrow(buf, &borrowed)
			}
			return err
		},
	}}
}

func msgpWay(b *testing.B, v, back packed) contestant {
	buf := encoded(b, func() ([]byte, error) { return v.MarshalMsg(nil) })
	return contestant{"msgp", map[string]func(int) error{
		"encode": func(n int) (err error) {
			for range n {
				_, err = v.MarshalMsg(buf[:0])
			}
			return err
		},
		"decode": func(n int) (err error) {
			for range n {
				_, err = back.UnmarshalMsg(buf)
			}
			return err
		},
	}}
}

func jsonWay[T any](b *testing.B, v, back *T) contestant {
	text := encoded(b, func() ([]byte, error) { return json.Marshal(v) })
	return contestant{"json", map[string]func(int) error{
		"encode": func(n int) (err error) {
			for range n {
				_, err = json.Marshal(v)
			}
			return err
		},
		"decode": func(n int) (err error) {
			for range n {
				err = json.Unmarshal(text, back)
			}
			return err
		},
	}}
}

func encoded(b *testing.B, do func() ([]byte, error)) []byte {
	buf, err := do()
	if err != nil {
		b.Fatal(err)
	}
	return buf
}

// bestOf is the shortest time of an operation in nanoseconds, over samples of about a millisecond.
func bestOf(b *testing.B, samples int, do func(n int) error) float64 {
	n := 1
	for start := time.Now(); time.Since(start) < time.Millisecond; n *= 2 {
		do(n)
	}
	shortest := math.MaxFloat64
	for range samples {
		start := time.Now()
		if err := do(n); err != nil {
			b.Fatal(err)
		}
		shortest = min(shortest, float64(time.Since(start).Nanoseconds())/float64(n))
	}
	return shortest
}

// goals of the generated code and of the program, as times of another's time.
var generatedGoals = []struct {
	ours, theirs string
	most         float64
}{{"generated", "rust", 1}, {"generated", "msgp", 1}, {"program", "generated", 2.5}, {"program", "rust", 1.5}}

// BenchmarkBincodeGenerated sets generated code beside the program, Rust's bincode 1.3.3 where that can be
// built, tinylib/msgp's generated tuples, and encoding/json: nanoseconds, and each goal with the ratio
// reached. The contestants take turns; the shortest sample of each counts.
func BenchmarkBincodeGenerated(b *testing.B) {
	rust := map[string]float64{}
	b.Run("baseline=rust", func(b *testing.B) { // skips by itself
		for b.Loop() {
			lower(rust, rustTimes(b))
		}
	})
	meta, message, batch, floats := records.NewMeta(), records.NewMessage(), records.NewBatch(), records.NewFloats()
	turns(b, rust, "small", generatedWay(b, meta), programWay(b, (*plainMeta)(meta)),
		msgpWay(b, meta, new(records.Meta)), jsonWay(b, meta, new(records.Meta)))
	turns(b, rust, "message", generatedWay(b, message), programWay(b, (*plainMessage)(message)),
		msgpWay(b, message, new(records.Message)), jsonWay(b, message, new(records.Message)))
	turns(b, rust, "batch", generatedWay(b, batch), programWay(b, (*plainBatch)(batch)),
		msgpWay(b, batch, new(records.Batch)), jsonWay(b, batch, new(records.Batch)))
	turns(b, rust, "floats", generatedWay(b, floats), programWay(b, (*plainFloats)(floats)),
		msgpWay(b, floats, new(records.Floats)), jsonWay(b, floats, new(records.Floats)))
}

// lower keeps the shorter of two times.
func lower(times, more map[string]float64) {
	for k, t := range more {
		if old, ok := times[k]; !ok || t < old {
			times[k] = t
		}
	}
}

func turns(b *testing.B, rust map[string]float64, record string, ways ...contestant) {
	for _, op := range []string{"encode", "decode", "borrow"} {
		b.Run(fmt.Sprintf("record=%s/op=%s", record, op), func(b *testing.B) {
			times := map[string]float64{}
			for b.Loop() {
				for _, w := range ways {
					if do := w.ops[op]; do != nil {
						lower(times, map[string]float64{w.name: bestOf(b, 20, do)})
					}
				}
			}
			if t, ok := rust[record+" "+op]; ok {
				times["rust"] = t
			}
			for name, t := range times {
				b.ReportMetric(t, name+"-ns")
			}
			for _, g := range generatedGoals {
				ours, theirs := times[g.ours], times[g.theirs]
				if ours == 0 || theirs == 0 {
					continue
				}
				verdict := "met"
				if ours > g.most*theirs {
					verdict = "missed"
				}
				b.Logf("%s ÷ %s = %.2f, goal ≤ %.1f: %s", g.ours, g.theirs, ours/theirs, g.most, verdict)
				b.ReportMetric(ours/theirs, g.ours+"/"+g.theirs)
			}
			b.ReportMetric(0, "ns/op") // a round is no operation
		})
	}
}

package bench

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"github.com/shmring/ipc/bench/internal/records"
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

// contestant is one way to encode and decode a record. What it decodes to is kept between calls.
type contestant struct {
	name string
	ops  map[string]func()
	wire int
}

// bincodeWay is bincode for T: generated code where T has it, else the program.
func bincodeWay[T any](b *testing.B, name string, v *T) contestant {
	ops, wire := operations(b, *v)
	return contestant{name, ops, wire}
}

func msgpWay(b *testing.B, v, back packed) contestant {
	buf, err := v.MarshalMsg(nil)
	if err != nil {
		b.Fatal(err)
	}
	return contestant{"msgp", map[string]func(){
		"encode": func() {
			if _, err := v.MarshalMsg(buf[:0]); err != nil {
				b.Fatal(err)
			}
		},
		"decode": func() {
			if _, err := back.UnmarshalMsg(buf); err != nil {
				b.Fatal(err)
			}
		},
	}, len(buf)}
}

func jsonWay[T any](b *testing.B, v *T) contestant {
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	back := new(T)
	return contestant{"json", map[string]func(){
		"encode": func() {
			if _, err := json.Marshal(v); err != nil {
				b.Fatal(err)
			}
		},
		"decode": func() {
			if err := json.Unmarshal(text, back); err != nil {
				b.Fatal(err)
			}
		},
	}, len(text)}
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
	b.Run("yardstick=rust", func(b *testing.B) { // skips by itself
		for b.Loop() {
			lower(rust, rustTimes(b))
		}
	})
	meta, message, batch, floats := records.NewMeta(), records.NewMessage(), records.NewBatch(), records.NewFloats()
	turns(b, rust, "small", bincodeWay(b, "generated", meta), bincodeWay(b, "program", (*plainMeta)(meta)), msgpWay(b, meta, new(records.Meta)), jsonWay(b, meta))
	turns(b, rust, "message", bincodeWay(b, "generated", message), bincodeWay(b, "program", (*plainMessage)(message)), msgpWay(b, message, new(records.Message)), jsonWay(b, message))
	turns(b, rust, "batch", bincodeWay(b, "generated", batch), bincodeWay(b, "program", (*plainBatch)(batch)), msgpWay(b, batch, new(records.Batch)), jsonWay(b, batch))
	turns(b, rust, "floats", bincodeWay(b, "generated", floats), bincodeWay(b, "program", (*plainFloats)(floats)), msgpWay(b, floats, new(records.Floats)), jsonWay(b, floats))
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
						lower(times, map[string]float64{w.name: best(10, do)})
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

package bench

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

// The records of bench/rust, field by field.
type (
	metaRecord struct {
		ID          uint64
		From, To    uint32
		Kind        uint16
		Flags       uint8
		Timestamp   uint64
		Topic       string
		Source      string
		ContentType string
	}
	messageRecord struct {
		ID, Timestamp uint64
		Data          []byte
	}
	smallRecord struct {
		ID     uint64
		PID    uint32
		Score  float64
		Name   string
		Active bool
	}
)

func newMeta() metaRecord {
	return metaRecord{0x0123456789abcdef, 4242, 17, 3, 129, 1704067200123456, "telemetry/engine", "node-07.rack-3", "application/x-bincode"}
}

func newMessage() messageRecord {
	m := messageRecord{ID: 7, Timestamp: 1704067200, Data: make([]byte, 1024)}
	for i := range m.Data {
		m.Data[i] = byte(i * 7)
	}
	return m
}

func newBatch() []smallRecord {
	batch := make([]smallRecord, 1000)
	for i := range batch {
		batch[i] = smallRecord{uint64(i) * 7919, 1000 + uint32(i), float64(i) / 2, fmt.Sprint("worker-", i), i%2 == 0}
	}
	return batch
}

func newFloats() []float32 {
	f := make([]float32, 4096)
	for i := range f {
		f[i] = float32(i) / 4
	}
	return f
}

// best is the shortest time of a call in nanoseconds, over samples of about a quarter of a millisecond; call runs as
// often as it is told, so that what is timed holds no other call, as in bench/rust. On a machine with other work
// the shortest is what the code can do.
func best(samples int, call func(n int)) float64 {
	n := 1
	for start := time.Now(); time.Since(start) < time.Millisecond/4; n *= 2 {
		call(n)
	}
	shortest := 0.0
	for k := range samples {
		start := time.Now()
		call(n)
		if took := float64(time.Since(start).Nanoseconds()) / float64(n); k == 0 || took < shortest {
			shortest = took
		}
	}
	return shortest
}

// operations are the three of a record, each on memory that is kept between calls.
func operations[T any](b *testing.B, v T) (ops map[string]func(int), wire int) {
	c := bincode.Of[T]()
	buf, err := c.Append(nil, &v)
	if err != nil {
		b.Fatal(err)
	}
	var copied, borrowed T
	return map[string]func(int){
		"encode": func(n int) {
			for range n {
				if _, err := c.Append(buf[:0], &v); err != nil {
					b.Fatal(err)
				}
			}
		},
		"decode": func(n int) {
			for range n {
				if err := c.Decode(buf, &copied); err != nil {
					b.Fatal(err)
				}
			}
		},
		"borrow": func(n int) {
			for range n {
				if err := c.DecodeBorrow(buf, &borrowed); err != nil {
					b.Fatal(err)
				}
			}
		},
	}, len(buf)
}

// BenchmarkBincodeAgainstRust sets the compiled programs beside bincode 1.3.3: nanoseconds of both, and how
// many times Rust's the Go time is.
func BenchmarkBincodeAgainstRust(b *testing.B) {
	rust := rustTimes(b)
	compare(b, rust, "small", newMeta())
	compare(b, rust, "message", newMessage())
	compare(b, rust, "batch", newBatch())
	compare(b, rust, "floats", newFloats())
}

func compare[T any](b *testing.B, rust map[string]float64, record string, v T) {
	ops, _ := operations(b, v)
	for _, op := range []string{"encode", "decode", "borrow"} {
		theirs, ok := rust[record+" "+op]
		if !ok {
			continue
		}
		b.Run(fmt.Sprintf("record=%s/op=%s", record, op), func(b *testing.B) {
			ours := 0.0
			for b.Loop() {
				if t := best(80, ops[op]); ours == 0 || t < ours {
					ours = t
				}
			}
			b.ReportMetric(ours, "go-ns")
			b.ReportMetric(theirs, "rust-ns")
			b.ReportMetric(ours/theirs, "times-rust")
		})
	}
}

// rustTimes builds and runs bench/rust, and skips where it cannot be built.
func rustTimes(b *testing.B) map[string]float64 {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		b.Skip("no cargo: install it with librust-bincode-dev, librust-serde-derive-dev and librust-serde-bytes-dev")
	}
	for _, crate := range []string{"bincode-1.3.3", "serde_derive-1", "serde_bytes-0.11"} {
		if crates, _ := filepath.Glob("/usr/share/cargo/registry/" + crate + "*"); len(crates) == 0 {
			b.Skipf("no sources of %s: install librust-bincode-dev, librust-serde-derive-dev and librust-serde-bytes-dev", crate)
		}
	}
	target := b.TempDir()
	build := exec.Command(cargo, "build", "--release", "--offline", "--quiet", "--target-dir", target)
	build.Dir = "rust"
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(filepath.Join(target, "release", "bincode-baseline")).Output()
	if err != nil {
		b.Fatal(err)
	}
	times := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) != 3 {
			b.Fatalf("the baseline printed %q", line)
		}
		if times[words[0]+" "+words[1]], err = strconv.ParseFloat(words[2], 64); err != nil {
			b.Fatal(err)
		}
	}
	return times
}

// BenchmarkBincodeAgainstJSON sets them beside encoding/json: how many times faster, and the bytes.
func BenchmarkBincodeAgainstJSON(b *testing.B) {
	compareJSON(b, "100B", newMeta())
	compareJSON(b, "1KiB", newMessage())
}

func compareJSON[T any](b *testing.B, record string, v T) {
	ops, wire := operations(b, v)
	text, err := json.Marshal(&v)
	if err != nil {
		b.Fatal(err)
	}
	rivals := map[string]func(int){
		"encode": func(n int) {
			for range n {
				json.Marshal(&v)
			}
		},
		"decode": func(n int) {
			for range n {
				var back T
				if err := json.Unmarshal(text, &back); err != nil {
					b.Fatal(err)
				}
			}
		},
	}
	for op, rival := range rivals {
		b.Run(fmt.Sprintf("record=%s/op=%s", record, op), func(b *testing.B) {
			ours, theirs := 0.0, 0.0
			for b.Loop() {
				if t := best(40, ops[op]); ours == 0 || t < ours {
					ours = t
				}
				if t := best(40, rival); theirs == 0 || t < theirs {
					theirs = t
				}
			}
			b.ReportMetric(ours, "bincode-ns")
			b.ReportMetric(theirs, "json-ns")
			b.ReportMetric(theirs/ours, "times-faster")
			b.ReportMetric(float64(wire), "bincode-bytes")
			b.ReportMetric(float64(len(text)), "json-bytes")
		})
	}
}

// BenchmarkBincodeOfFloatsAgainstCopy sets a []float32 of 4096 beside a copy between the same memory, eight bytes off
// the start of the record. What a copy costs depends on where both ends are, so any other memory would not do.
func BenchmarkBincodeOfFloatsAgainstCopy(b *testing.B) {
	c := bincode.Of[[]float32]()
	v := newFloats()
	back := newFloats()
	record, err := c.Append(nil, &v)
	if err != nil {
		b.Fatal(err)
	}
	from, to := bytesOf(v), bytesOf(back)
	ops := map[string]func(int){
		"encode": func(n int) {
			for range n {
				c.Append(record[:0], &v)
			}
		},
		"decode": func(n int) {
			for range n {
				c.Decode(record, &back)
			}
		},
	}
	copies := map[string]func(int){
		"encode": func(n int) {
			for range n {
				copy(record[8:], from)
			}
		},
		"decode": func(n int) {
			for range n {
				copy(to, record[8:])
			}
		},
	}
	for _, op := range []string{"encode", "decode"} {
		b.Run("op="+op, func(b *testing.B) {
			ours, plain := 0.0, 0.0
			for b.Loop() {
				if t := best(80, ops[op]); ours == 0 || t < ours {
					ours = t
				}
				if t := best(80, copies[op]); plain == 0 || t < plain {
					plain = t
				}
			}
			b.ReportMetric(ours, "bincode-ns")
			b.ReportMetric(plain, "copy-ns")
			b.ReportMetric(ours/plain, "times-copy")
		})
	}
}

// BenchmarkBincodeBuffers shows what a kept buffer saves against a new slice for each message.
func BenchmarkBincodeBuffers(b *testing.B) {
	m := newMessage()
	c := bincode.Of[messageRecord]()
	b.Run("buffer=kept", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			var err error
			if buf, err = c.Append(buf[:0], &m); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("buffer=new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Append(nil, &m); err != nil {
				b.Fatal(err)
			}
		}
	})
}

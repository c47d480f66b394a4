package layout_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/shmring/ipc/layout"
)

// 16 KiB of float32, there and back, against the two ways to do it without this package: copy of bytes
// (the ceiling) and a loop over the elements (what encoding/binary code does).
func BenchmarkBulk(b *testing.B) {
	const size = 16 << 10
	numbers := make([]float32, size/4)
	for i := range numbers {
		numbers[i] = float32(i) / 3
	}
	wire, other := aligned(size, 0), aligned(size, 0)

	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				f()
			}
		})
	}
	run("dir=none/by=copy", func() { copy(wire, other) })
	run("dir=out/by=SliceBytes", func() { copy(wire, layout.SliceBytes(numbers)) })
	run("dir=in/by=Slice", func() {
		s, err := layout.Slice[float32](wire)
		if err != nil {
			b.Fatal(err)
		}
		copy(numbers, s)
	})
	run("dir=out/by=loop", func() {
		for i, x := range numbers {
			binary.LittleEndian.PutUint32(wire[4*i:], math.Float32bits(x))
		}
	})
	run("dir=in/by=loop", func() {
		for i := range numbers {
			numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(wire[4*i:]))
		}
	})
}

// The price of one call on good input.
func BenchmarkCall(b *testing.B) {
	buf := aligned(32, 0)
	b.Run("of=View", func(b *testing.B) {
		for b.Loop() {
			if _, err := layout.View[tick](buf[:16]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("of=Prefix", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := layout.Prefix[tick](buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("of=Slice", func(b *testing.B) {
		for b.Loop() {
			if _, err := layout.Slice[tick](buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("of=Load", func(b *testing.B) {
		for b.Loop() {
			if _, err := layout.Load[tick](buf[:16]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

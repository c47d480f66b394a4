package layout_test

import (
	"errors"
	"fmt"

	"github.com/shmring/ipc/layout"
)

// Reading is a fixed record: 16 bytes on every machine, at any offset.
type Reading struct {
	Sensor layout.U32BE
	Status layout.U32BE
	Value  layout.F64BE
}

// Two readings as they came from a network.
var wireBytes = []byte{
	0, 0, 0, 7, 0, 0, 0, 0, 0x40, 0x35, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 8, 0, 0, 0, 1, 0x40, 0x36, 0x80, 0, 0, 0, 0, 0,
}

func ExampleCheck() {
	type Wrong struct {
		ID   uint64
		Open bool
	}
	fmt.Println(layout.Check[Reading]())
	fmt.Println(layout.Check[Wrong]())
	// Output:
	// <nil>
	// layout: layout_test.Wrong cannot lie over raw bytes: field Open: bool has invalid bit patterns, use uint8
}

func ExampleView() {
	r, err := layout.View[Reading](wireBytes[:16])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Sensor.Get(), r.Value.Get())

	_, err = layout.View[Reading](wireBytes[:15])
	var size *layout.SizeError
	if errors.As(err, &size) {
		fmt.Println("got", size.Got, "bytes instead of", size.Want)
	}
	// Output:
	// 7 21
	// got 15 bytes instead of 16
}

func ExamplePrefix() {
	message := append(wireBytes[:16:16], "comment"...)
	r, rest, err := layout.Prefix[Reading](message)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d %q\n", r.Sensor.Get(), rest)
	// Output: 7 "comment"
}

func ExampleSuffix() {
	message := append([]byte("comment"), wireBytes[:16]...)
	rest, r, err := layout.Suffix[Reading](message)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q %d\n", rest, r.Sensor.Get())
	// Output: "comment" 7
}

func ExampleSlice() {
	readings, err := layout.Slice[Reading](wireBytes)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range readings {
		fmt.Println(readings[i].Sensor.Get(), readings[i].Value.Get())
	}
	// Output:
	// 7 21
	// 8 22.5
}

func ExampleBytes() {
	var r Reading
	r.Sensor.Set(258)
	fmt.Println(layout.Bytes(&r)[:4])
	// Output: [0 0 1 2]
}

func ExampleSliceBytes() {
	samples := []float32{0.5, 1, 1.5, 2}
	payload := make([]byte, 16)
	copy(payload, layout.SliceBytes(samples)) // one memmove instead of a loop

	back := make([]float32, 4)
	copy(layout.SliceBytes(back), payload)
	fmt.Println(back)
	// Output: [0.5 1 1.5 2]
}

func ExampleLoad() {
	shared := append([]byte(nil), wireBytes[:16]...) // imagine memory that a peer writes to
	r, err := layout.Load[Reading](shared)
	if err != nil {
		fmt.Println(err)
		return
	}
	clear(shared) // the peer changes its mind; r has been copied, so what is validated now stays valid
	fmt.Println(r.Sensor.Get(), r.Value.Get())
	// Output: 7 21
}

func ExampleHash() {
	fmt.Printf("%#016x\n", layout.Hash[Reading]())
	// Output: 0xd566705a58183fa3
}

func ExampleDescribe() {
	fmt.Println(layout.Describe[Reading]())
	// Output: layout1 {Sensor U32BE@0;Status U32BE@4;Value F64BE@8;}16
}

func ExampleU32LE() {
	var v layout.U32LE
	v.Set(0x11223344)
	fmt.Printf("% x %#x\n", v[:], v.Get())
	// Output: 44 33 22 11 0x11223344
}

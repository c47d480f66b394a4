package bincode_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

type Order struct {
	ID    uint32
	Name  string
	Price *float64 // an Option
}

func ExampleMarshal() {
	b, err := bincode.Marshal(Order{ID: 7, Name: "tea"})
	fmt.Printf("%x %v\n", b, err)
	// Output: 07000000030000000000000074656100 <nil>
}

func ExampleUnmarshal() {
	var o Order
	err := bincode.Unmarshal([]byte("\x07\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00tea\x00"), &o)
	fmt.Println(o.ID, o.Name, o.Price, err)
	// Output: 7 tea <nil> <nil>
}

func ExampleUnmarshal_error() {
	var orders struct{ Orders []Order }
	err := bincode.Unmarshal([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xff\x00"), &orders)
	var e *bincode.Error
	fmt.Println(errors.Is(err, bincode.ErrUTF8), errors.As(err, &e), e.Path)
	// Output: true true orders[0].name
}

func ExampleAppend() {
	buf := make([]byte, 0, 64) // kept from message to message
	buf, err := bincode.Append(buf[:0], []uint16{1, 2})
	fmt.Printf("%x %v\n", buf, err)
	// Output: 020000000000000001000200 <nil>
}

func ExampleSize() {
	n, err := bincode.Size("four")
	fmt.Println(n, err)
	// Output: 12 <nil>
}

func ExampleUnmarshalBorrow() {
	src, _ := bincode.Marshal([]byte("data"))
	var b []byte
	err := bincode.UnmarshalBorrow(src, &b)
	src[8] = 'D'
	fmt.Printf("%s %v\n", b, err)
	// Output: Data <nil>
}

func ExampleOf() {
	c := bincode.Of[Order](bincode.Varint())
	b, _ := c.Append(nil, &Order{ID: 300, Name: "tea"})
	var o Order
	err := c.Decode(b, &o)
	fmt.Printf("%x %d %v\n", b, o.ID, err)
	// Output: fb2c010374656100 300 <nil>
}

func ExampleNew() {
	f := bincode.New(bincode.Varint(), bincode.BigEndian(), bincode.RejectTrailing())
	b, _ := f.Marshal(uint32(300))
	var v uint32
	err := f.Unmarshal(append(b, 0), &v)
	fmt.Printf("%x %v\n", b, err)
	// Output: fb012c bincode: decode uint32: trailing at byte 3: got 1 bytes after the value, allowed none
}

type Circle struct{ Radius float32 }
type Square struct{ Side float32 }
type Shape interface{ isShape() }

func (Circle) isShape() {}
func (Square) isShape() {}

func ExampleVariants() {
	f := bincode.New(bincode.Variants[Shape](Circle{}, Square{}))
	b, _ := f.Marshal([]Shape{Square{1}})
	var shapes []Shape
	err := f.Unmarshal(b, &shapes)
	fmt.Printf("%x %v %v\n", b[8:], shapes, err)
	// Output: 010000000000803f [{1}] <nil>
}

type Event struct {
	bincode.Union
	Started *struct{}
	Stopped *uint8
}

func ExampleUnion() {
	code := uint8(3)
	b, _ := bincode.Marshal(Event{Stopped: &code})
	fmt.Printf("%x\n", b)
	// Output: 0100000003
}

func ExampleOpt() {
	b, _ := bincode.Marshal([]bincode.Opt[uint8]{bincode.Some[uint8](5), bincode.None[uint8]()})
	fmt.Printf("%x\n", b[8:])
	// Output: 010500
}

func ExampleFormat_AppendParts() {
	f := bincode.New()
	body, parts, _ := f.AppendParts(nil, nil, struct {
		Name string
		Blob codec.Part
	}{"n", codec.Part("a large blob")})
	fmt.Printf("%x %s\n", body, parts)
	// Output: 01000000000000006e [a large blob]
}

func ExampleMarshalSized() {
	b, _ := bincode.MarshalSized(true)
	fmt.Printf("%x\n", b)
	// Output: 0100000001
}

func ExampleUnmarshalSized() {
	var b bool
	n, err := bincode.UnmarshalSized([]byte{1, 0, 0, 0, 1, 1, 0, 0, 0, 0}, &b)
	fmt.Println(b, n, err)
	// Output: true 5 <nil>
}

func ExampleNewDecoder() {
	var stream bytes.Buffer
	e := bincode.NewEncoder(&stream)
	for _, s := range []string{"one", "two"} {
		if err := e.Encode(s); err != nil {
			fmt.Println(err)
		}
	}
	d := bincode.NewDecoder(&stream)
	for {
		var s string
		if err := d.Decode(&s); err == io.EOF {
			break
		} else if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(s)
	}
	// Output:
	// one
	// two
}

func ExampleDecodeBatch() {
	c := bincode.Of[bool]()
	b, _ := bincode.AppendBatch(nil, c, []bool{true, false, true})
	b[14] = 2 // spoils the last record
	values, err := bincode.DecodeBatch(nil, c, b)
	var bad *bincode.BatchError
	fmt.Println(values, errors.As(err, &bad), bad.Index)
	// Output: [true false] true 2
}

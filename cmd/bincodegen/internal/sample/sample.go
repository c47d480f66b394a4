// Package sample has a type of every kind that bincodegen knows. Its generated file is a golden file: a
// test compares it with what would be written now.
package sample

import (
	"errors"
	"math/big"
	"net/netip"
	"time"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/ipc"
)

//go:generate go run github.com/shmring/ipc/cmd/bincodegen -type Meta,Message,Batch,Floats,Scalars,Texts,Numbers,Arrays,Options,Unions,Shape,Maps,Sets,Tree,List,Chain,Known,Enums,Checked,Order,Hooked,Looped,Foreign,Empty,Count,Label,Pairs,Grid -o sample_bincode.go

// Meta is the small record of the benchmarks.
type Meta struct {
	ID          uint64
	From, To    uint32
	Kind        uint16
	Flags       uint8
	Timestamp   uint64
	Topic       string
	Source      string
	ContentType string
}

// Message is the record with a payload.
type Message struct {
	ID, Timestamp uint64
	Data          []byte
}

// Small is an element of a Batch.
type Small struct {
	ID     uint64
	PID    uint32
	Score  float64
	Name   string
	Active bool
}

// Batch and Floats are the bulk of the benchmarks.
type (
	Batch  []Small
	Floats []float32
)

// Celsius and the types after it are scalars with names.
type (
	Celsius float32
	Ticks   int64
	Small8  int8
	Yes     bool
	Name    string
	Letter  rune
	Number  int
)

// Scalars has every scalar.
type Scalars struct {
	Bool  bool
	I8    int8
	I16   int16
	I32   int32
	I64   int64
	Int   int
	U8    uint8
	U16   uint16
	U32   uint32
	U64   uint64
	Uint  uint
	F32   float32
	F64   float64
	Char  bincode.Char
	Rune  rune   `bincode:"char"`
	Own   Letter `bincode:"char"`
	Text  string
	Temp  Celsius
	Ticks Ticks
	S8    Small8
	Yes   Yes
	Name  Name
	No    Number
	U128  bincode.Uint128
	I128  bincode.Int128
	Unit  struct{}
	Port  uint16 `bincode:"nonzero"`
	Off   int    `bincode:"nonzero"`
	NZ    bincode.NonZero[int8]
}

// header is embedded.
type header struct {
	Version uint16
	_       int // skipped
}

// Texts has strings and byte slices in rows, a skipped field and a hidden one.
type Texts struct {
	header
	A, B    string
	Raw     []byte
	Names   []string
	Nested  [][]string
	Aliases []Name
	Part    codec.Part
	Parts   []codec.Part
	Skipped string `bincode:"-"`
	unseen  string // skipped; its users are the tests
	Last    bool
}

// Numbers has slices that move whole.
type Numbers struct {
	I8    []int8
	U16   []uint16
	I32   []int32
	U64   []uint64
	F32   []float32
	F64   []Celsius
	Ints  []int
	Uints []uint
	Named []Number
	Bools []bool
	Deep  [][]float64
}

// Arrays has arrays that are written out, looped over and moved.
type Arrays struct {
	Bytes  [16]byte
	Floats [5]float64
	Few    [3]int
	Many   [20]int
	Flags  [2]bool
	Texts  [3]string
	Long   [9]Small
	Rows   [2][3]uint16
	Zero   [0]uint32
	Points [4]bincode.Range[int32]
}

// Options has everything that may be absent.
type Options struct {
	Number *uint32
	Text   *string
	Record *Small
	Twice  **int16
	List   *[]string
	Opt    bincode.Opt[string]
	Inner  bincode.Opt[bincode.Opt[uint8]]
	Box    *Small  `bincode:"box"`
	Boxed  *uint64 `bincode:"box"`
	Unit   *struct{}
	Many   []*Small
	Array  [2]*int32
}

// Shape is a sum type.
type Shape struct {
	bincode.Union
	Circle *Circle
	Square *bincode.Range[float64]
	Text   *string
	Number *int32
	Empty  *struct{}
}

// Circle is a variant of Shape.
type Circle struct {
	Center [2]float64
	Radius float64
	Name   string
}

// Unions has sum types.
type Unions struct {
	Shape  Shape
	Shapes []Shape
	Result bincode.Result[uint32, string]
	Nested bincode.Result[[]Shape, bincode.Opt[bool]]
}

// Maps has maps with keys of many kinds.
type Maps struct {
	Text   map[string]string
	Number map[int32]Small
	Named  map[Name][]byte
	Level  map[Level]bool
	Long   map[uint64]map[string]int
	Pairs  map[[2]uint8]string
	Struct map[bincode.Range[int8]]*string
	Bool   map[bool]uint8
	Chars  map[bincode.Char]uint16
	Floats map[float64]uint8
}

// Sets has sets.
type Sets struct {
	Texts   map[string]struct{}
	Numbers map[uint16]struct{}
	Units   []struct{}
	Empties []Empty
}

// Tree, List and Chain contain themselves.
type (
	Tree struct {
		Value uint32
		Kids  []Tree
		Named map[string]Tree
	}
	List struct {
		Value string
		Next  *List
	}
	Chain []Chain
)

// Known has the types with a form of their own.
type Known struct {
	Elapsed  time.Duration
	Long     bincode.Duration
	When     time.Time
	Addr     netip.Addr
	Four     netip.Addr `bincode:"ipv4"`
	Six      netip.Addr `bincode:"ipv6"`
	Peer     netip.AddrPort
	PeerFour netip.AddrPort `bincode:"ipv4"`
	PeerSix  netip.AddrPort `bincode:"ipv6"`
	Big      *big.Int
	Huge     *big.Int `bincode:"u128"`
	Inline   big.Int
	Times    []time.Time
	Range    bincode.Range[time.Duration]
	Addrs    []netip.Addr
}

// Level is an enum.
type Level uint8

// BincodeVariants returns the number of levels.
func (Level) BincodeVariants() uint32 { return 3 }

// Enums has enums of both kinds.
type Enums struct {
	Level  Level
	Levels []Level
	Mode   int   `bincode:"enum=4"`
	Tiny   int8  `bincode:"enum=128"`
	Sign   int16 `bincode:"enum=2"`
	Queue  ipc.QueueType
	Both   bincode.Opt[Level]
}

// Percent can refuse its value.
type Percent uint8

// Validate refuses what is above 100.
func (p *Percent) Validate() error {
	if *p > 100 {
		return errors.New("more than all")
	}
	return nil
}

// Line is an element of an Order.
type Line struct {
	Name     string
	Discount Percent
}

// Validate refuses a line without a name.
func (l *Line) Validate() error {
	if l.Name == "" {
		return errors.New("no name")
	}
	return nil
}

// Checked and Order hold values that can refuse.
type (
	Checked struct {
		Before []byte
		Share  Percent
		Shares []Percent
		After  []uint32
		keep   int // skipped
	}
	Order struct {
		ID    uint64
		Lines []Line
		First *Line
		By    map[string]Line
	}
)

// Blob writes itself: its length in one byte.
type Blob struct{ text string }

// AppendBincode appends the length and the text.
func (b *Blob) AppendBincode(dst []byte) ([]byte, error) {
	if len(b.text) > 255 {
		return dst, errors.New("too long")
	}
	return append(append(dst, byte(len(b.text))), b.text...), nil
}

// UnmarshalBincode is its counterpart.
func (b *Blob) UnmarshalBincode(src []byte) (int, error) {
	if len(src) == 0 || len(src) < 1+int(src[0]) {
		return 0, errors.New("too short")
	}
	b.text = string(src[1 : 1+src[0]])
	return 1 + len(b.text), nil
}

// Wrapped writes itself through the format.
type Wrapped struct{ Inner *Looped }

// AppendBincodeFormat appends whether there is an inner value, and that.
func (w *Wrapped) AppendBincodeFormat(dst []byte, f *bincode.Format) ([]byte, error) {
	if w.Inner == nil {
		return append(dst, 0), nil
	}
	return f.Append(append(dst, 1), w.Inner)
}

// UnmarshalBincodeFormat is its counterpart.
func (w *Wrapped) UnmarshalBincodeFormat(src []byte, f *bincode.Format) (int, error) {
	if len(src) == 0 {
		return 0, errors.New("too short")
	}
	if src[0] == 0 {
		return 1, nil
	}
	w.Inner = new(Looped)
	n, err := f.UnmarshalPrefix(src[1:], w.Inner)
	return 1 + n, err
}

// Hooked and Looped hold types that write themselves.
type (
	Hooked struct {
		ID    uint32
		Blob  Blob
		Blobs []Blob
		Opt   *Blob
		Map   map[string]Blob
		Last  string
	}
	Looped struct {
		ID   uint8
		Wrap Wrapped
	}
)

// Foreign has types of other packages.
type Foreign struct {
	Stats   ipc.QueueStats
	Shm     []ipc.ShmStats
	Message *ipc.Message
	Perm    map[uint32]ipc.Permission
	Anon    []struct {
		A uint8
		B string
	}
}

// Empty and the types after it are not structs with fields.
type (
	Empty struct{}
	Count uint32
	Label string
	Pairs map[string]uint16
	Grid  [3][3]Small
)

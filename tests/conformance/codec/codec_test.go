// Package codec_test runs one suite over every codec of the module.
package codec_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/codectest"
	"github.com/shmring/ipc/codec/ipc"
	"github.com/shmring/ipc/codec/json"
	"github.com/shmring/ipc/codec/msgpack"
	"github.com/shmring/ipc/codec/tagged"
	"github.com/shmring/ipc/codec/zstd"
)

// record has a field of each kind that every format carries.
type record struct {
	Bool   bool
	I8     int8
	I64    int64
	U16    uint16
	U64    uint64
	F32    float32
	F64    float64
	Text   string
	Data   []byte
	Hash   [4]byte
	List   []int32
	Pair   [2]string
	Names  map[string]uint32
	Keyed  map[uint16]string
	Lines  []line
	Best   *line
	For    time.Duration
	Absent *string
	Part   codec.Part
}

type line struct {
	SKU   uint32
	Price float64
	Notes []string
}

func records() []record {
	return []record{
		{},
		{
			Bool: true, I8: math.MinInt8, I64: math.MinInt64, U16: math.MaxUint16, U64: math.MaxUint64, F32: 0.1, F64: -1e300,
			Text: "grüße \x00\n", Data: []byte{0, 1, 255}, Hash: [4]byte{1, 2, 3, 4}, List: []int32{-1, 0, 1, math.MaxInt32},
			Pair: [2]string{"a", "b"}, Names: map[string]uint32{"x": 1, "": 0}, Keyed: map[uint16]string{1: "one", 300: "many"},
			Lines: []line{{SKU: 1, Price: 0.5, Notes: []string{"n"}}, {SKU: 2}}, Best: &line{SKU: 3}, For: 90 * time.Minute,
			Part: codec.Part("out of line"),
		},
		{Text: strings.Repeat("compressible ", 40), Data: []byte(strings.Repeat("z", 300))},
	}
}

// run runs the suite over every codec with the same values; lends reports whether a T has anything to lend.
func run[T any](t *testing.T, values, bad []T, lends bool) {
	plain := codectest.Case[T]{Values: values, Bad: bad}
	unordered := plain
	unordered.Unordered = true
	lending := plain
	lending.Borrows = lends
	bin := lending // keeps the capacity of its target, so that empty may be nil or not
	bin.Equal = codectest.Alike[T]
	for _, k := range []struct {
		name  string
		codec codec.Codec[T]
		with  codectest.Case[T]
	}{
		{"bincode", bincode.Of[T](), bin},
		{"bincode varint", bincode.Of[T](bincode.Varint()), bin},
		{"bincode big endian", bincode.Of[T](bincode.BigEndian()), bin},
		{"json", json.Of[T](), plain},
		{"msgpack", msgpack.Of[T](), unordered},
		{"tagged", tagged.Of[T](), lending},
		{"zstd of long bincode", zstd.Of(bincode.Of[T](), zstd.Threshold(400)), bin},
		{"zstd of all json", zstd.Of(json.Of[T](), zstd.Threshold(0)), plain},
	} {
		t.Run(k.name, func(t *testing.T) { codectest.Run(t, k.codec, k.with) })
	}
}

func TestEveryCodecKeepsTheContractForRecords(t *testing.T) { run(t, records(), nil, true) }

func TestEveryCodecKeepsTheContractForMessage(t *testing.T) {
	run(t, []ipc.Message{{}, {From: 1, To: 2, Data: []byte("data"), Timestamp: ipc.Micros(time.Unix(1, 0))}}, nil, true)
}

func TestEveryCodecKeepsTheContractForQueueMessage(t *testing.T) {
	run(t, []ipc.QueueMessage{{}, {ID: 1, From: 2, DataLength: 3, Priority: 4, Timestamp: 5}}, nil, false)
}

func TestEveryCodecKeepsTheContractForQueueStats(t *testing.T) {
	run(t, []ipc.QueueStats{{}, {ID: 1, Type: ipc.PubSub, Owner: 2, Capacity: 3, Length: 4, Subscribers: 5, Closed: true}},
		[]ipc.QueueStats{{Type: 3}, {Type: math.MaxUint32, Closed: true}}, false)
}

func TestEveryCodecKeepsTheContractForPipeStats(t *testing.T) {
	run(t, []ipc.PipeStats{{}, {ID: 1, Reader: 2, Writer: 3, Capacity: 4, Buffered: 5, Closed: true}}, nil, false)
}

func TestEveryCodecKeepsTheContractForShmStats(t *testing.T) {
	run(t, []ipc.ShmStats{{}, {ID: 1, Size: 1 << 40, Owner: 2, Attached: []uint32{2, 3}, ReadOnly: []uint32{3}}}, nil, false)
}

func TestEveryCodecKeepsTheContractForPermission(t *testing.T) {
	run(t, []ipc.Permission{ipc.ReadWrite, ipc.ReadOnly}, []ipc.Permission{2}, false)
}

func TestFormatsThatNeedNoSchemaKeepTheContractForAny(t *testing.T) {
	values := []any{nil, true, "text", []any{nil, "x", false}, map[string]any{"k": []any{map[string]any{}}, "f": 1.5}}
	with := func(more ...any) []any { return append(append([]any(nil), values...), more...) }
	bad := []any{make(chan int), []any{"good", func() {}}}
	t.Run("json", func(t *testing.T) {
		codectest.Run(t, json.Of[any](), codectest.Case[any]{Values: with(12.0), Bad: bad, Prefixes: true})
	})
	t.Run("msgpack", func(t *testing.T) {
		codectest.Run(t, msgpack.Of[any](), codectest.Case[any]{Values: with(int64(-3), uint64(math.MaxUint64)), Bad: bad})
	})
	t.Run("tagged", func(t *testing.T) {
		codectest.Run(t, tagged.Of[any](), codectest.Case[any]{
			Values: with(int64(300), uint64(math.MaxUint64), []byte("raw"), tagged.Undefined{}, tagged.Set{int64(1)},
				tagged.Map{{Key: nil, Value: "v"}}, time.Minute, float32(1), complex(1, 2),
				[]any{map[string]any{"id": int64(1), "ok": true}, map[string]any{"id": int64(2)}}),
			Bad: append(bad, "\xff"), Borrows: true,
		})
	})
}

package ipc_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/ipc"
)

func ExampleMessage() {
	c := bincode.Of[ipc.Message]()
	m := ipc.Message{From: 1, To: 2, Data: []byte("hi"), Timestamp: ipc.Micros(time.UnixMilli(1))}
	b, _ := c.Append(nil, &m)
	var back ipc.Message
	err := c.Decode(b, &back)
	fmt.Printf("%x\n%s %v %v\n", b, back.Data, ipc.Time(back.Timestamp), err)
	// Output:
	// 010000000200000002000000000000006869e803000000000000
	// hi 1970-01-01 00:00:00.001 +0000 UTC <nil>
}

// golden holds each record v against its bincode, written by hand: spaces between fields.
func golden[T any](t *testing.T, name string, v T, want string) {
	t.Helper()
	c := bincode.Of[T]()
	bytes, err := hex.DecodeString(strings.ReplaceAll(want, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Append(nil, &v)
	if err != nil || string(got) != string(bytes) {
		t.Errorf("%s: %x, %v\nwant %x", name, got, err, bytes)
	}
	if n, err := c.Size(&v); err != nil || n != len(bytes) {
		t.Errorf("%s: size %d, %v, want %d", name, n, err, len(bytes))
	}
	for _, decode := range []func([]byte, *T) error{c.Decode, c.DecodeBorrow} {
		var back T
		if err := decode(bytes, &back); err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%s: came back as %+v, %v, want %+v", name, back, err, v)
		}
	}
}

func TestEveryRecordHasItsBytes(t *testing.T) {
	golden(t, "Message", ipc.Message{From: 0x01020304, To: 5, Data: []byte{0xca, 0xfe, 0xba}, Timestamp: 1_700_000_000_000_000},
		"04030201 05000000 0300000000000000 cafeba 00401e18240a0600")
	golden(t, "QueueMessage", ipc.QueueMessage{ID: 0x1122334455667788, From: 7, DataLength: 4096, Priority: 200, Timestamp: 1},
		"8877665544332211 07000000 0010000000000000 c8 0100000000000000")
	golden(t, "QueueStats", ipc.QueueStats{ID: 9, Type: ipc.PubSub, Owner: 10, Capacity: 256, Length: 3, Subscribers: 2, Closed: true},
		"09000000 02000000 0a000000 0001000000000000 0300000000000000 0200000000000000 01")
	golden(t, "PipeStats", ipc.PipeStats{ID: 1, Reader: 2, Writer: 3, Capacity: 65536, Buffered: math.MaxUint64, Closed: true},
		"01000000 02000000 03000000 0000010000000000 ffffffffffffffff 01")
	golden(t, "ShmStats", ipc.ShmStats{ID: 1, Size: 1 << 20, Owner: 2, Attached: []uint32{2, 3}, ReadOnly: []uint32{3}},
		"01000000 0000100000000000 02000000 0200000000000000 02000000 03000000 0100000000000000 03000000")
	golden(t, "Fifo", ipc.Fifo, "00000000")
	golden(t, "Priority", ipc.Priority, "01000000")
	golden(t, "PubSub", ipc.PubSub, "02000000")
	golden(t, "ReadWrite", ipc.ReadWrite, "00000000")
	golden(t, "ReadOnly", ipc.ReadOnly, "01000000")
}

func TestZeroValuesAreRecords(t *testing.T) {
	zero := func(n int) string { return strings.Repeat("00", n) }
	golden(t, "Message", ipc.Message{}, zero(4+4+8+8))
	golden(t, "QueueMessage", ipc.QueueMessage{}, zero(8+4+8+1+8))
	golden(t, "QueueStats", ipc.QueueStats{}, zero(4+4+4+8+8+8+1))
	golden(t, "PipeStats", ipc.PipeStats{}, zero(4+4+4+8+8+1))
	golden(t, "ShmStats", ipc.ShmStats{}, zero(4+8+4+8+8))
}

func TestTagsBeyondTheLastVariantAreRefusedBothWays(t *testing.T) {
	types, permissions := bincode.Of[ipc.QueueType](), bincode.Of[ipc.Permission]()
	kind, permission := ipc.QueueType(3), ipc.Permission(2)
	if _, err := types.Append(nil, &kind); !errors.Is(err, bincode.ErrEnumTag) {
		t.Error(err)
	}
	if _, err := permissions.Append(nil, &permission); !errors.Is(err, bincode.ErrEnumTag) {
		t.Error(err)
	}
	kind, permission = ipc.Priority, ipc.ReadOnly
	if err := types.Decode([]byte{3, 0, 0, 0}, &kind); !errors.Is(err, bincode.ErrEnumTag) || kind != ipc.Priority {
		t.Error(kind, err)
	}
	if err := permissions.Decode([]byte{2, 0, 0, 0}, &permission); !errors.Is(err, bincode.ErrEnumTag) || permission != ipc.ReadOnly {
		t.Error(permission, err)
	}
}

func TestEnumsAreWordsInText(t *testing.T) {
	b, err := json.Marshal(ipc.QueueStats{ID: 1, Type: ipc.Priority})
	want := `{"id":1,"type":"priority","owner":0,"capacity":0,"length":0,"subscribers":0,"closed":false}`
	if err != nil || string(b) != want {
		t.Fatalf("%s, %v", b, err)
	}
	var back ipc.QueueStats
	if err := json.Unmarshal(b, &back); err != nil || back.Type != ipc.Priority {
		t.Fatalf("%+v, %v", back, err)
	}
	var p ipc.Permission
	if err := p.UnmarshalText([]byte("read-only")); err != nil || p != ipc.ReadOnly {
		t.Fatal(p, err)
	}
	if err := p.UnmarshalText([]byte("write-only")); !errors.Is(err, ipc.ErrVariant) || p != ipc.ReadOnly {
		t.Fatal(p, err)
	}
	if _, err := ipc.QueueType(3).MarshalText(); !errors.Is(err, ipc.ErrVariant) {
		t.Fatal(err)
	}
	if got := fmt.Sprint(ipc.Fifo, ipc.PubSub, ipc.QueueType(7), ipc.ReadWrite, ipc.Permission(2)); got != "fifo pubsub QueueType(7) read-write Permission(2)" {
		t.Fatal(got)
	}
}

func TestTimestampsAreClampedNotWrapped(t *testing.T) {
	now := time.UnixMicro(1_700_000_000_123_456).UTC()
	if got := ipc.Time(ipc.Micros(now)); !got.Equal(now) {
		t.Error(got)
	}
	if got := ipc.Micros(time.Unix(-1, 0)); got != 0 {
		t.Error(got)
	}
	if got := ipc.Time(math.MaxUint64); got.UnixMicro() != math.MaxInt64 {
		t.Error(got)
	}
}

package layout

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"testing"
	"unsafe"
)

// drawing matches one field of a picture in a comment: its offset and its name.
var drawing = regexp.MustCompile(`(\d+) ([A-Z]\w*)`)

// drawn returns the offsets that the comment above a type in file draws.
func drawn(t *testing.T, file, typ string) map[string]uintptr {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	offsets := map[string]uintptr{}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE || g.Specs[0].(*ast.TypeSpec).Name.Name != typ {
			continue
		}
		for _, m := range drawing.FindAllStringSubmatch(g.Doc.Text(), -1) {
			n, err := strconv.ParseUint(m[1], 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			offsets[m[2]] = uintptr(n)
		}
	}
	return offsets
}

func TestThePicturesShowWhereTheFieldsLie(t *testing.T) {
	var h Header
	var c Control
	var s Slot
	for _, p := range []struct {
		file string
		typ  reflect.Type
		lies map[string]uintptr
	}{
		{"segment.go", reflect.TypeFor[Header](), map[string]uintptr{
			"Magic": unsafe.Offsetof(h.Magic), "Version": unsafe.Offsetof(h.Version), "HeaderSize": unsafe.Offsetof(h.HeaderSize),
			"Kind": unsafe.Offsetof(h.Kind), "Flags": unsafe.Offsetof(h.Flags), "SegmentSize": unsafe.Offsetof(h.SegmentSize),
			"Capacity": unsafe.Offsetof(h.Capacity), "MaxRecord": unsafe.Offsetof(h.MaxRecord),
			"ControlOffset": unsafe.Offsetof(h.ControlOffset), "SlotsOffset": unsafe.Offsetof(h.SlotsOffset),
			"SlotCount": unsafe.Offsetof(h.SlotCount), "SlotSize": unsafe.Offsetof(h.SlotSize), "DataOffset": unsafe.Offsetof(h.DataOffset),
			"LayoutHash": unsafe.Offsetof(h.LayoutHash), "Schema": unsafe.Offsetof(h.Schema), "ID": unsafe.Offsetof(h.ID),
			"Created": unsafe.Offsetof(h.Created), "CreatorPID": unsafe.Offsetof(h.CreatorPID), "ByteOrder": unsafe.Offsetof(h.ByteOrder),
			"BootID": unsafe.Offsetof(h.BootID), "Reserved": unsafe.Offsetof(h.Reserved), "Checksum": unsafe.Offsetof(h.Checksum),
		}},
		{"control.go", reflect.TypeFor[Control](), map[string]uintptr{
			"Tail": unsafe.Offsetof(c.Tail), "Head": unsafe.Offsetof(c.Head), "ZeroingTo": unsafe.Offsetof(c.ZeroingTo),
			"Released": unsafe.Offsetof(c.Released), "Records": unsafe.Offsetof(c.Records), "Bytes": unsafe.Offsetof(c.Bytes),
			"EmptyWaits": unsafe.Offsetof(c.EmptyWaits), "Wakes": unsafe.Offsetof(c.Wakes), "Recovered": unsafe.Offsetof(c.Recovered),
			"Corrupt": unsafe.Offsetof(c.Corrupt), "HighWater": unsafe.Offsetof(c.HighWater), "BlockedPos": unsafe.Offsetof(c.BlockedPos),
			"BlockedSlot": unsafe.Offsetof(c.BlockedSlot), "BlockedAt": unsafe.Offsetof(c.BlockedAt),
			"DataWait": unsafe.Offsetof(c.DataWait), "DataSeq": unsafe.Offsetof(c.DataSeq),
			"SpaceWait": unsafe.Offsetof(c.SpaceWait), "SpaceSeq": unsafe.Offsetof(c.SpaceSeq),
			"Attaches": unsafe.Offsetof(c.Attaches), "Acked": unsafe.Offsetof(c.Acked), "Deaths": unsafe.Offsetof(c.Deaths),
			"Changes": unsafe.Offsetof(c.Changes),
		}},
		{"control.go", reflect.TypeFor[Slot](), map[string]uintptr{
			"Status": unsafe.Offsetof(s.Status), "Intent": unsafe.Offsetof(s.Intent), "Mark": unsafe.Offsetof(s.Mark),
			"Records": unsafe.Offsetof(s.Records), "Bytes": unsafe.Offsetof(s.Bytes), "FullWaits": unsafe.Offsetof(s.FullWaits),
			"Wakes": unsafe.Offsetof(s.Wakes), "PID": unsafe.Offsetof(s.PID), "StartTime": unsafe.Offsetof(s.StartTime),
			"Attached": unsafe.Offsetof(s.Attached), "BootID": unsafe.Offsetof(s.BootID),
		}},
	} {
		picture := drawn(t, p.file, p.typ.Name())
		for _, f := range reflect.VisibleFields(p.typ) {
			if !f.IsExported() {
				continue
			}
			lies, measured := p.lies[f.Name]
			if at, ok := picture[f.Name]; !ok || !measured || at != lies {
				t.Errorf("%s.%s lies at %d (measured: %v), the picture says %d (drawn: %v)", p.typ.Name(), f.Name, lies, measured, at, ok)
			}
		}
		if len(picture) != len(p.lies) {
			t.Errorf("%s: the picture shows %d fields, there are %d", p.typ.Name(), len(picture), len(p.lies))
		}
	}
}

func TestTheFixedStructuresHaveTheirSizes(t *testing.T) {
	for name, size := range map[string][2]uintptr{
		"Header":  {unsafe.Sizeof(Header{}), HeaderSize},
		"Control": {unsafe.Sizeof(Control{}), ControlSize},
		"Slot":    {unsafe.Sizeof(Slot{}), SlotSize},
		"Word":    {unsafe.Sizeof(Word(0)), WordSize},
	} {
		if size[0] != size[1] {
			t.Errorf("%s takes %d bytes, want %d", name, size[0], size[1])
		}
	}
	// Lines of 128 bytes keep writers of different concerns apart.
	var c Control
	for name, at := range map[string]uintptr{
		"Head": unsafe.Offsetof(c.Head), "Released": unsafe.Offsetof(c.Released), "DataWait": unsafe.Offsetof(c.DataWait),
		"SpaceWait": unsafe.Offsetof(c.SpaceWait), "Attaches": unsafe.Offsetof(c.Attaches),
	} {
		if at%128 != 0 {
			t.Errorf("Control.%s lies at %d, want a multiple of 128", name, at)
		}
	}
	if HeaderSize%128 != 0 || ControlSize%128 != 0 || SlotSize%128 != 0 {
		t.Error("control or slots do not begin on a line of 128 bytes")
	}
}

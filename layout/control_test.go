package layout_test

import (
	"testing"

	"github.com/shmring/ipc/layout"
)

func TestAStatusKeepsGenerationAndState(t *testing.T) {
	for _, state := range []layout.SlotState{layout.SlotFree, layout.SlotAttached, layout.SlotDead, layout.SlotReaped} {
		for _, generation := range []uint32{0, 1, 255, 256, layout.MaxGenerations - 1} {
			g, s := layout.SplitStatus(layout.MakeStatus(generation, state))
			if g != generation || s != state {
				t.Errorf("%d, %d became %d, %d", generation, state, g, s)
			}
		}
	}
}

func TestAStatusOfAnyBitsHasAGenerationInRange(t *testing.T) {
	for _, bits := range []uint64{0, ^uint64(0), 1 << 63, 0xdeadbeefdeadbeef, layout.MaxGenerations << 8} {
		if g, _ := layout.SplitStatus(bits); g >= layout.MaxGenerations {
			t.Errorf("status %#x has generation %d", bits, g)
		}
	}
}

func TestAZeroSlotIsFree(t *testing.T) {
	var s layout.Slot
	if _, state := layout.SplitStatus(s.Status); state != layout.SlotFree {
		t.Errorf("state %d, want SlotFree", state)
	}
}

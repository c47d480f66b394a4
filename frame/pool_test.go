package frame

import "testing"

func TestAPoolKeepsNoMoreThanItsLimit(t *testing.T) {
	p := NewPool(100)
	p.put(make([]byte, 60))
	p.put(make([]byte, 41))
	if p.Idle() != 60 {
		t.Errorf("%d bytes idle, want the 60 that fit", p.Idle())
	}
	p.put(make([]byte, 40))
	if p.Idle() != 100 {
		t.Errorf("%d bytes idle, want 100", p.Idle())
	}
}

func TestAPoolLendsTheSmallestBufferThatSuffices(t *testing.T) {
	p := NewPool(1000)
	for _, n := range []int{300, 100, 200} {
		p.put(make([]byte, n)[:0])
	}
	for _, c := range []struct{ want, got int }{{150, 200}, {150, 300}, {150, 7}, {1, 100}} {
		if b := p.take(c.want, 7); len(b) != c.got {
			t.Errorf("asked for %d, got %d, want %d", c.want, len(b), c.got)
		}
	}
	if p.Idle() != 0 {
		t.Errorf("%d bytes idle in an empty pool", p.Idle())
	}
}

func TestTheZeroPoolKeepsNothing(t *testing.T) {
	var p Pool
	p.put(make([]byte, 1))
	if p.Idle() != 0 {
		t.Error("it kept a buffer")
	}
}

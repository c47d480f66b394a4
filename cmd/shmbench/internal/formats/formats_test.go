package formats

import (
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

func TestASampleIsAboutAsLargeAsAskedFor(t *testing.T) {
	for _, size := range []int{100, 1 << 10, 10 << 10, 100 << 10} {
		v := NewSample(size)
		got, err := bincode.Size(&v)
		if err != nil || got < size*95/100 || got > size*105/100 {
			t.Errorf("asked for %d bytes, got %d, %v", size, got, err)
		}
	}
}

func TestEveryFormatGivesBackTheSample(t *testing.T) {
	v := NewSample(1000)
	all, err := All(&v)
	if err != nil || len(all) != 5 {
		t.Fatalf("%d formats, %v", len(all), err)
	}
	for _, c := range all {
		for round := range 3 { // gob's stream goes on
			if b, err := c.Encode(); err != nil || len(b) == 0 {
				t.Errorf("%s: %d bytes, %v", c.Name, len(b), err)
			}
			var got Sample
			if err := c.Decode(&got); err != nil || !reflect.DeepEqual(got, v) {
				t.Errorf("%s, round %d: %v, got %+v", c.Name, round, err, got)
			}
			if c.Borrow == nil {
				continue
			}
			got = Sample{}
			if err := c.Borrow(&got); err != nil || !reflect.DeepEqual(got, v) {
				t.Errorf("%s, borrowed: %v, got %+v", c.Name, err, got)
			}
		}
	}
}

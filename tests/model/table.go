//go:build shmring_hooks

package model

// table maps fingerprints, which are never 0, to what the search knows about their state.
type table struct {
	keys []uint64
	vals []uint32
	n    int
}

func newTable() *table { return &table{keys: make([]uint64, 1<<16), vals: make([]uint32, 1<<16)} }

// find returns the place of a fingerprint, or of the hole where it belongs.
func (t *table) find(key uint64) int {
	mask := uint64(len(t.keys) - 1)
	i := key & mask
	for t.keys[i] != 0 && t.keys[i] != key {
		i = (i + 1) & mask
	}
	return int(i)
}

// get returns the value and whether there is one.
func (t *table) get(key uint64) (uint32, bool) {
	i := t.find(key)
	return t.vals[i], t.keys[i] != 0
}

func (t *table) set(key uint64, val uint32) {
	i := t.find(key)
	if t.keys[i] == 0 {
		if t.n*10 > len(t.keys)*7 {
			t.double()
			i = t.find(key)
		}
		t.keys[i] = key
		t.n++
	}
	t.vals[i] = val
}

func (t *table) double() {
	old := *t
	t.keys, t.vals = make([]uint64, 2*len(old.keys)), make([]uint32, 2*len(old.keys))
	for i, k := range old.keys {
		if k != 0 {
			j := t.find(k)
			t.keys[j], t.vals[j] = k, old.vals[i]
		}
	}
}

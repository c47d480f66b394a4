//go:build amd64 && !race && !shmring_hooks

package mem

import (
	"strconv"
	"testing"
)

// eachWidth runs f with each way of copying that the processor has.
func eachWidth(t *testing.T, f func(t *testing.T)) {
	widest := width
	defer func() { width = widest }()
	for _, w := range []uint8{0, 32, 64} {
		if w > widest {
			continue
		}
		width = w
		t.Run("width="+strconv.Itoa(int(w)), f)
	}
}

package shm

import (
	"path/filepath"
	"testing"
)

func TestTemporaryNamesAreKnownAsSuchAndOthersAreNot(t *testing.T) {
	for _, path := range []string{"/dev/shm/feed", "/dev/shm/a.b", "x", "/d/.hidden"} {
		temp := tempName(path)
		if filepath.Dir(temp) != filepath.Dir(path) || !IsTemp(filepath.Base(temp)) || temp == tempName(path) {
			t.Errorf("%s: %s", path, temp)
		}
	}
	for _, name := range []string{"", ".", ".tmp", "feed", "feed.tmp", ".feed.tmp", ".feed.short.tmp", "..ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", "feed.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp"} {
		if IsTemp(name) {
			t.Errorf("%q is taken for a temporary name", name)
		}
	}
}

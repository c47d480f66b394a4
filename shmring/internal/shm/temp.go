package shm

import (
	"crypto/rand"
	"path/filepath"
	"strings"
)

const tempSuffix = ".tmp"

// tempName returns a name beside path that nobody else has chosen:
// ".<base>.<26 random characters>.tmp".
func tempName(path string) string {
	dir, base := filepath.Split(path)
	return filepath.Join(dir, "."+base+"."+rand.Text()+tempSuffix)
}

// IsTemp reports whether a file's name (without directories) is one that Create uses
// for unfinished files where the system has no unnamed ones. Such a file is the
// remains of a creator that was killed, or the work of one that is busy.
func IsTemp(name string) bool {
	rest, ok := strings.CutSuffix(name, tempSuffix)
	if !ok || !strings.HasPrefix(rest, ".") {
		return false
	}
	dot := strings.LastIndexByte(rest, '.')
	return dot > 1 && len(rest)-dot-1 == len(rand.Text())
}

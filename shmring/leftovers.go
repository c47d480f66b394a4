package shmring

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// Leftovers returns the paths of unfinished segments in the directory ([WithDir]): files that a Create is
// filling at this moment, or that one left when it was killed. Only file systems without unnamed files
// have any. The time of a file's last change tells the two apart.
func Leftovers(opts ...Option) ([]string, error) {
	o := collect(opts)
	dir := o.dir
	if dir == "" {
		dir = shm.DefaultDir()
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &SegmentError{Op: "list", Path: dir, Err: err}
	}
	var paths []string
	for _, e := range entries {
		if shm.IsTemp(e.Name()) && strings.Contains(e.Name(), suffix+".") && e.Type().IsRegular() {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

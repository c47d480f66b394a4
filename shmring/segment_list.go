package shmring

import (
	"os"
	"strings"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// List describes every segment of the directory ([WithDir]), by name, without attaching to any of them
// or changing anything. A file that cannot be read as a segment is listed with its error; one whose name no
// segment can have is not.
func List(opts ...Option) ([]Info, error) {
	o, err := collect(&callList, opts)
	if err != nil {
		return nil, err
	}
	dir := o.dir
	if dir == "" {
		dir = shm.DefaultDir()
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &SegmentError{Op: "list", Path: dir, Err: err}
	}
	infos := []Info{}
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		if !ours || nameFault(name) != "" {
			continue
		}
		infos = append(infos, inspect(name, dir))
	}
	return infos, nil
}

func inspect(name, dir string) Info {
	s, err := Open(name, WithDir(dir), WithReadOnly(), WithForeignOwner())
	if err != nil {
		return Info{Name: name, Error: err.Error(), Parties: []Party{}}
	}
	defer s.Close()
	return s.Info()
}

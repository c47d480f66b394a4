package shmring

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// runWithDescriptors uses a segment in directory args[0] with args[1] free descriptors, and says how that ended.
func runWithDescriptors(args []string) error {
	free, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	lowest, err := syscall.Dup(0) // nothing has been closed so far
	if err != nil {
		return err
	}
	if err := syscall.Close(lowest); err != nil {
		return err
	}
	limit := syscall.Rlimit{Cur: uint64(lowest + free), Max: uint64(lowest + free)}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	err = useSegment(WithDir(args[0]))
	if err != nil && !errors.Is(err, syscall.EMFILE) {
		return err
	}
	fmt.Println(err)
	return nil
}

func useSegment(dir Option) error {
	s, err := Create("feed", dir)
	if err != nil {
		return fmt.Errorf("not created: %w", err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		return err
	}
	c, err := s.Consumer()
	if err != nil {
		return err
	}
	if err := p.TrySend([]byte("sent")); err != nil {
		return err
	}
	_, err = c.TryRecv(nil)
	return errors.Join(err, p.Close(), c.Close())
}

func TestTooFewDescriptorsAreAnErrorAndNotTheEndOfTheProgram(t *testing.T) {
	worked := false
	for free := range 16 {
		dir := memoryDir(t)
		c := start(t, "run with descriptors", dir, fmt.Sprint(free))
		got := c.line()
		c.ends()
		if strings.HasPrefix(got, "not created") {
			onlySegments(t, dir, 0)
		}
		switch {
		case got == "<nil>":
			worked = true
		case worked:
			t.Errorf("%d descriptors: %s; fewer were enough", free, got)
		case free < 4 && !strings.Contains(got, "ulimit -n"):
			t.Errorf("%d descriptors: %q does not name the limit", free, got)
		}
	}
	if !worked {
		t.Error("16 descriptors are not enough")
	}
}

package shmring

import (
	"fmt"
	"testing"
)

// holdTwo has two producers of "feed" in directory args[0], which close one by one, each when it is told to.
func holdTwo(args []string) error {
	s, err := Open("feed", WithDir(args[0]))
	if err != nil {
		return err
	}
	defer s.Close()
	var both []*Producer
	for range 2 {
		p, err := s.Producer()
		if err != nil {
			return err
		}
		both = append(both, p)
	}
	fmt.Println("ready")
	for _, p := range both {
		heard()
		if err := p.Close(); err != nil {
			return err
		}
		fmt.Println("closed")
	}
	heard()
	return nil
}

func TestAProcessIsWatchedOnceHoweverManyProducersItHas(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir), WithKind(MPSC))
	must(t, err)
	defer s.Close()
	c := consumer(t, s)
	defer producer(t, s).Close() // our own process is not watched at all
	watched := func(when string, want int) {
		t.Helper()
		if _, err := (*recordCondition)(c).Recheck(true); err != nil {
			t.Fatal(err)
		}
		if got := c.watcher.Count(); got != want || !c.watcher.Complete() {
			t.Errorf("%s: %d processes are watched, want %d; some are not: %v", when, got, want, !c.watcher.Complete())
		}
	}
	watched("alone", 0)
	two := start(t, "hold two", dir)
	two.says("ready")
	watched("two producers", 1)
	two.tell("close one")
	two.says("closed")
	watched("one producer", 1)
	two.tell("close the other")
	two.says("closed")
	watched("no producer", 0)
	two.tell("go")
	two.ends()
}

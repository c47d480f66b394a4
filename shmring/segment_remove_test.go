package shmring

import (
	"errors"
	"io/fs"
	"testing"
	"time"
)

func TestRemoveUnusedRemovesOnlyWhatNobodyIsAttachedTo(t *testing.T) {
	s, dir := named(t, WithKind(MPSC))
	p := producer(t, s)
	var busy *BusyError
	if err := RemoveUnused("feed", nil, dir); !errors.As(err, &busy) || busy.Role != RoleProducer || busy.PID == 0 {
		t.Errorf("beside a producer: got %v, want a BusyError that names it", err)
	}
	must(t, p.Close())
	c := consumer(t, s)
	if err := RemoveUnused("feed", nil, dir); !errors.As(err, &busy) || busy.Role != RoleConsumer {
		t.Errorf("beside a consumer: got %v, want a BusyError that names it", err)
	}
	must(t, c.Close())

	mine := errors.New("not yet")
	err := RemoveUnused("feed", func(look *Segment) error {
		if look.Info().ID != s.Info().ID {
			t.Error("approve got another segment")
		}
		_, err := look.Producer()
		want(t, "a producer of approve's", err, ErrReadOnly)
		return mine
	}, dir)
	if err != mine {
		t.Errorf("got %v, want approve's own error", err)
	}
	must(t, second(Open("feed", dir)))

	must(t, RemoveUnused("feed", nil, dir))
	want(t, "Open", second(Open("feed", dir)), fs.ErrNotExist)
	want(t, "the second time", RemoveUnused("feed", nil, dir), fs.ErrNotExist)
}

func TestNobodyAttachesToASegmentWhoseNameIsGone(t *testing.T) {
	for verb, remove := range map[string]func(Option) error{
		"Remove":       func(dir Option) error { return Remove("feed", dir) },
		"RemoveUnused": func(dir Option) error { return RemoveUnused("feed", nil, dir) },
	} {
		for _, again := range []bool{false, true} {
			s, dir := named(t)
			must(t, remove(dir))
			if again { // another segment of this name is not this one
				must(t, second(Create("feed", dir)))
			}
			_, err := s.Producer()
			want(t, verb+": Producer", err, fs.ErrNotExist)
			_, err = s.Consumer()
			want(t, verb+": Consumer", err, fs.ErrNotExist)
			if n := len(s.Info().Parties); n != 0 {
				t.Errorf("%s: %d parties, want none", verb, n)
			}
		}
	}
}

func TestThoseWhoAreAttachedKeepASegmentThatIsRemoved(t *testing.T) {
	s, dir := named(t)
	p, c := producer(t, s), consumer(t, s)
	must(t, Remove("feed", dir))
	must(t, p.TrySend([]byte("after")))
	expect(t, c, "after")
}

func TestWhoAttachesWhileASegmentIsBeingRemovedLearnsTheOutcome(t *testing.T) {
	keep := errors.New("keep it")
	for _, verdict := range []error{nil, keep} {
		for _, kind := range []Kind{SPSC, MPSC} {
			s, dir := named(t, WithKind(kind))
			attached := make(chan error, 2)
			err := RemoveUnused("feed", func(*Segment) error {
				go func() {
					_, err := s.Producer()
					attached <- err
					_, err = s.Consumer()
					attached <- err
				}()
				select {
				case err := <-attached:
					t.Errorf("attached before the decision: %v", err)
					attached <- err
				case <-time.After(20 * time.Millisecond):
				}
				return verdict
			}, dir)
			if err != verdict {
				t.Fatalf("got %v, want %v", err, verdict)
			}
			for range 2 {
				if err := <-attached; verdict == nil {
					want(t, "removed", err, fs.ErrNotExist)
				} else if err != nil {
					t.Errorf("kept: %v", err)
				}
			}
		}
	}
}

// Between a look at a name and its removal the name must not come to lead to another segment.
func TestASegmentMadeMeanwhileIsNotRemoved(t *testing.T) {
	_, dir := named(t)
	made := make(chan error, 1)
	must(t, RemoveUnused("feed", func(*Segment) error {
		go func() {
			if err := Remove("feed", dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				made <- err
				return
			}
			made <- second(Create("feed", dir))
		}()
		time.Sleep(20 * time.Millisecond)
		return nil
	}, dir))
	must(t, <-made)
	must(t, second(Open("feed", dir)))
}

package layout

import (
	"sync"
	"testing"
)

func TestTypeWordsIdentifyTypes(t *testing.T) {
	type local struct{ A uint32 }
	type twin struct{ A uint32 }
	words := map[uintptr]string{}
	for name, word := range map[string]uintptr{
		"uint32": typeWord[uint32](), "U32LE": typeWord[U32LE](), "[4]byte": typeWord[[4]byte](),
		"local": typeWord[local](), "twin": typeWord[twin](), "struct": typeWord[struct{ A uint32 }](),
		"string": typeWord[string](), "*string": typeWord[*string](),
	} {
		if other, ok := words[word]; ok || word == 0 {
			t.Errorf("%s has the word %#x, like %q", name, word, other)
		}
		words[word] = name
	}
	if first, again := typeWord[local](), wordOf(local{}); first != again {
		t.Errorf("one type has the words %#x and %#x", first, again)
	}
}

// wordOf is typeWord reached through another instantiation.
func wordOf[T any](T) uintptr { return typeWord[T]() }

func TestATypeSetHoldsWhatWasAddedAndNothingElse(t *testing.T) {
	var s typeSet
	const n = 1000
	for i := range uintptr(n) {
		if s.has(8 + 16*i) {
			t.Fatalf("word %d is there before it was added", i)
		}
		s.add(8 + 16*i)
		s.add(8 + 16*i)
		if !s.has(8 + 16*i) {
			t.Fatalf("word %d is not there after it was added", i)
		}
	}
	for i := range uintptr(n) {
		if !s.has(8+16*i) || s.has(16+16*i) {
			t.Fatalf("word %d was lost, or its neighbour appeared", i)
		}
	}
	if s.count != n {
		t.Errorf("%d words counted, want %d", s.count, n)
	}
}

func TestATypeSetTakesManyWritersAndReaders(t *testing.T) {
	var s typeSet
	var wg sync.WaitGroup
	for g := range uintptr(4) {
		wg.Go(func() {
			for i := range uintptr(200) {
				word := 1 + (i+50*g)%200 // all words from every goroutine, each in its own order
				s.add(word)
				if !s.has(word) {
					t.Errorf("word %d is not there after it was added", word)
				}
			}
		})
	}
	wg.Wait()
	for word := range uintptr(201) {
		if word > 0 && !s.has(word) {
			t.Errorf("word %d was lost", word)
		}
	}
	if s.count != 200 {
		t.Errorf("%d words counted, want 200", s.count)
	}
}

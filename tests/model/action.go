//go:build shmring_hooks

package model

import "fmt"

// action is one shared access that a thread is about to make.
type action struct {
	kind kind
	word uint16 // index into the machine's words
	a, b uint64 // store: a; cas: a → b; add: a
}

type kind uint8

const (
	finish  kind = iota // the program has ended
	load                // returns the word
	store               // may wait in a store buffer
	cas                 // returns 1 or 0
	add                 // returns the sum
	acquire             // of a lease: returns 1 or 0
	probe               // of a lease: returns 1 if it is held
	free                // of a lease
)

func (k kind) String() string {
	return [...]string{"finish", "load", "store", "cas", "add", "acquire", "probe", "free"}[k]
}

func (m *machine) describe(a action, result uint64) string {
	if a.kind == finish {
		return "finish"
	}
	w := m.names[a.word]
	switch a.kind {
	case store:
		return fmt.Sprintf("%s = %s", w, number(a.a))
	case cas:
		return fmt.Sprintf("cas %s %s → %s: %v", w, number(a.a), number(a.b), result == 1)
	case add:
		return fmt.Sprintf("%s += %d", w, a.a)
	case acquire, probe:
		return fmt.Sprintf("%v %s: %v", a.kind, w, result == 1)
	case free:
		return "free " + w
	}
	return fmt.Sprintf("load %s: %s", w, number(result))
}

// number prints small numbers in decimal and words of the ring in hexadecimal.
func number(v uint64) string {
	if v < 1<<20 {
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%#x", v)
}

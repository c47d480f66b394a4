package tagged

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
)

// The keys of a map and the elements of a set are unique. Two of them are the same if their encodings are. Go's
// own comparison does not do: it compares pointers by address, tells each NaN from every other, and refuses slices.

// span is where in a buffer a key stands.
type span struct{ from, to int }

// repeated returns the index of a key in buf that equals an earlier one, or -1.
func repeated(buf []byte, keys []span) int {
	if len(keys) < 2 {
		return -1
	}
	compare := func(a, b int) int {
		return bytes.Compare(buf[keys[a].from:keys[a].to], buf[keys[b].from:keys[b].to])
	}
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	for i := 1; i < len(order); i++ {
		if compare(order[i-1], order[i]) == 0 {
			return order[i]
		}
	}
	return -1
}

// keySet collects the encodings of the keys that a decoder meets in one set or map.
type keySet struct {
	seen map[string]struct{}
	buf  []byte // of the last key's encoding
}

// add refuses a key that the set has. What it keeps is charged and never given back: the elements of nested sets
// are encoded once for each level, and the charge bounds that.
func (s *keySet) add(c *cursor, p *plan, key reflect.Value) error {
	e := encoder{plans: c.plans, depth: c.depth, maxDepth: c.maxDepth, unchecked: true}
	e.buf = s.buf[:0]
	if err := e.value(p, key); err != nil {
		return c.refuse(ErrType, "a key of %v that does not encode: %w", key.Type(), err)
	}
	s.buf = e.buf
	if _, twice := s.seen[string(s.buf)]; twice {
		return c.duplicate(key)
	}
	if err := c.charge(1, len(s.buf)+entrySize); err != nil {
		return err
	}
	if s.seen == nil {
		s.seen = make(map[string]struct{})
	}
	s.seen[string(s.buf)] = struct{}{}
	return nil
}

// addAny is add for a key of any type.
func (s *keySet) addAny(c *cursor, key *any) error {
	return s.add(c, c.plans.of(reflect.TypeFor[any]()), reflect.ValueOf(key).Elem())
}

// duplicate is the error for a key that stands twice.
func (c *cursor) duplicate(key reflect.Value) error { return c.refuse(ErrDuplicate, "%s", brief(key)) }

// brief describes a key in a few bytes, whatever a peer put into it.
func brief(key reflect.Value) string {
	text := "null"
	if key.IsValid() {
		text = fmt.Sprint(key.Interface())
	}
	return fmt.Sprintf("%.40q", text)
}

// comparable reports whether two keys of the type have the same encoding exactly if they are one key of a Go map.
func (p *plan) comparable() bool {
	switch p.kind {
	case kindBool, kindInt, kindUint, kindString, kindByteArray, kindDuration:
		return true
	}
	return false
}

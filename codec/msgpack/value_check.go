package msgpack

import (
	"reflect"
	"time"
)

// maxHops is how many pointers and interfaces may follow one another without a container between them. A cycle of
// them has no end; nothing else comes near.
const maxHops = 100

// valueChecker inspects a value before the library encodes it. The library would follow a cycle until the stack is
// used up, and encode what it does not decode.
type valueChecker struct {
	plans    *plans
	maxDepth int
}

// position is where a value is found.
type position struct {
	depth int  // of open containers
	hops  int  // pointers and interfaces since the last of them
	loose bool // below an interface, so that it will be decoded without its type
}

func (at position) inside() position { return position{depth: at.depth + 1, loose: at.loose} }

func (c *valueChecker) value(p *plan, v reflect.Value, at position) error {
	if at.depth+p.levels <= c.maxDepth && !(at.loose && p.oddKeys) {
		return nil // whatever is in it
	}
	switch p.kind {
	case kindPointer, kindAny:
		return c.held(p, v, at)
	case kindSlice, kindArray:
		if v.Len() == 0 {
			return nil
		}
		if err := c.enter(at); err != nil {
			return err
		}
		for i := range v.Len() {
			if err := c.value(p.elem, v.Index(i), at.inside()); err != nil {
				return err
			}
		}
	case kindMap:
		return c.entries(p, v, at)
	case kindStruct:
		return c.structure(p, v, at)
	}
	return nil
}

// enter refuses a container that is nested too deep to be decoded.
func (c *valueChecker) enter(at position) error {
	if at.depth < c.maxDepth {
		return nil
	}
	return &Error{Err: ErrDepth, Offset: -1, Got: uint64(at.depth) + 1, Limit: uint64(c.maxDepth)}
}

// held inspects what a pointer or an interface holds.
func (c *valueChecker) held(p *plan, v reflect.Value, at position) error {
	if v.IsNil() {
		return nil
	}
	if at.hops == maxHops {
		return &Error{Err: ErrDepth, Offset: -1, Got: maxHops + 1, Limit: maxHops}
	}
	at.hops++
	if p.kind == kindPointer {
		return c.value(p.elem, v.Elem(), at)
	}
	at.loose = true
	v = v.Elem()
	if v.CanInterface() && harmless(v.Interface()) {
		return nil
	}
	p = c.plans.of(v.Type())
	if p.broken != nil {
		return p.broken
	}
	return c.value(p, v, at)
}

// harmless reports whether a value has a type that interfaces often hold, and that needs no inspection.
func harmless(v any) bool {
	switch v.(type) {
	case bool, string, []byte, int, int64, uint64, float64, time.Time:
		return true
	}
	return false
}

func (c *valueChecker) entries(p *plan, v reflect.Value, at position) error {
	if v.Len() == 0 {
		return nil
	}
	if err := c.enter(at); err != nil {
		return err
	}
	for it := v.MapRange(); it.Next(); {
		key := it.Key()
		if at.loose && !isText(key) {
			return p.refused("a map within an interface needs strings as keys")
		}
		if err := c.value(p.key, key, at.inside()); err != nil {
			return err
		}
		if err := c.value(p.elem, it.Value(), at.inside()); err != nil {
			return err
		}
	}
	return nil
}

// isText reports whether a key is a string.
func isText(key reflect.Value) bool {
	for key.Kind() == reflect.Interface {
		key = key.Elem()
	}
	return key.Kind() == reflect.String
}

func (c *valueChecker) structure(p *plan, v reflect.Value, at position) error {
	if len(p.fields) == 0 {
		return nil
	}
	if err := c.enter(at); err != nil {
		return err
	}
	for i := range p.fields {
		f := &p.fields[i]
		// An error means a nil pointer on the way, whose fields travel as nil.
		if it, err := v.FieldByIndexErr(f.index); err == nil {
			if err := c.value(f.plan, it, at.inside()); err != nil {
				return err
			}
		}
	}
	return nil
}

package msgpack

import (
	"fmt"
	"reflect"
)

// unbounded is the levels of a type whose values can be nested to any depth.
const unbounded = 1 << 30

// sums hold for a type and everything below it. Below an interface is nothing: what it holds has a plan of its own.
type sums struct {
	broken  error // the first reason not to let the library meet a value, or nil
	oneWay  error // the first reason for which the library would not decode a value, or nil
	levels  int   // how deep arrays and maps can be nested: 0 for scalars
	dynamic bool  // there is an interface
	oddKeys bool  // a map has keys other than strings
	spread  int   // about the most bytes of memory that a byte of a source can take
}

// sum completes a plan, once everything below it is planned.
func (p *plan) sum() {
	p.visit(make(map[*plan]bool), func(q *plan) {
		if q.why.broken != "" && p.broken == nil {
			p.broken = q.refused(q.why.broken)
		}
		if q.why.oneWay != "" && p.oneWay == nil {
			p.oneWay = q.refused(q.why.oneWay)
		}
		p.dynamic = p.dynamic || q.kind == kindAny
		if q.kind == kindMap && q.key.typ.Kind() != reflect.String {
			p.oddKeys = true
		}
		// One byte can begin a value, and with it the pointers that lead to it.
		p.spread = min(p.spread+int(q.typ.Size())+anySpread, unbounded)
	})
	p.levels = p.nesting(make(map[*plan]int))
}

func (p *plan) refused(why string) error { return fmt.Errorf("%w: %v: %s", ErrValue, p.typ, why) }

// below returns the plans on which p depends directly.
func (p *plan) below() []*plan {
	var all []*plan
	if p.key != nil {
		all = append(all, p.key)
	}
	if p.elem != nil {
		all = append(all, p.elem)
	}
	for i := range p.fields {
		all = append(all, p.fields[i].plan)
	}
	return all
}

// visit calls f once for p and each plan below it.
func (p *plan) visit(seen map[*plan]bool, f func(*plan)) {
	if seen[p] {
		return
	}
	seen[p] = true
	f(p)
	for _, q := range p.below() {
		q.visit(seen, f)
	}
}

// nesting returns the levels of p. known has those of other plans, unbounded for those that contain p.
func (p *plan) nesting(known map[*plan]int) int {
	if n, ok := known[p]; ok {
		return n
	}
	known[p] = unbounded
	n := 0
	for _, q := range p.below() {
		n = max(n, q.nesting(known))
	}
	switch p.kind {
	case kindAny:
		n = unbounded
	case kindSlice, kindArray, kindMap, kindStruct:
		n = min(n+1, unbounded)
	}
	known[p] = n
	return n
}

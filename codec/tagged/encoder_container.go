package tagged

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
	"unicode/utf8"
)

// container writes a value that holds others; a nil one is null.
func (e *encoder) container(p *plan, v reflect.Value) error {
	switch p.kind {
	case kindStruct:
		return e.structure(p, v)
	case kindArray:
		return e.sequence(p, v)
	}
	if v.IsNil() {
		e.code(CodeNull)
		return nil
	}
	switch p.kind {
	case kindSlice:
		return e.sequence(p, v)
	case kindObject:
		return e.object(p, v)
	case kindLooseSet:
		return e.loose(CodeSet, v)
	case kindLooseMap:
		return e.loose(CodeMap, v)
	default:
		return e.sorted(p, v)
	}
}

// sequence writes a slice or array, as a template if that is shorter.
func (e *encoder) sequence(p *plan, v reflect.Value) error {
	if v.Len() > 1 && p.elem.kind == kindStruct && len(p.elem.fields) > 0 {
		return e.structs(p.elem, v)
	}
	if rows, keys := e.table(p, v); rows != nil {
		return e.template(rows, keys)
	}
	if err := e.open(CodeArray, v.Len()); err != nil {
		return err
	}
	for i := range v.Len() {
		if err := e.value(p.elem, v.Index(i)); err != nil {
			return within(err, index(i))
		}
	}
	e.depth--
	return nil
}

func (e *encoder) structure(p *plan, v reflect.Value) error {
	if err := e.open(CodeObject, len(p.fields)); err != nil {
		return err
	}
	for i := range p.fields {
		f := &p.fields[i]
		if err := e.named(f.name, f.plan, v.Field(f.index)); err != nil {
			return err
		}
	}
	e.depth--
	return nil
}

// object writes a map with string keys, sorted.
func (e *encoder) object(p *plan, v reflect.Value) error {
	if err := e.open(CodeObject, v.Len()); err != nil {
		return err
	}
	for _, k := range sortedKeys(v) {
		if err := e.named(k.String(), p.elem, v.MapIndex(k)); err != nil {
			return err
		}
	}
	e.depth--
	return nil
}

// named writes a key of an object and its value.
func (e *encoder) named(name string, p *plan, v reflect.Value) error {
	if !utf8.ValidString(name) {
		return refuse(ErrUTF8, "key %.40q", name)
	}
	e.key(name)
	if err := e.value(p, v); err != nil {
		return within(err, name)
	}
	return nil
}

func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}

// loose writes the elements of a [Set], or the entries of a [Map], in their order.
func (e *encoder) loose(c Code, v reflect.Value) error {
	if e.counting && !e.unchecked { // keys are compared by the bytes that counting does not write
		w := &encoder{plans: e.plans, depth: e.depth, maxDepth: e.maxDepth}
		err := w.loose(c, v)
		e.n += len(w.buf)
		return err
	}
	if err := e.open(c, v.Len()); err != nil {
		return err
	}
	dynamic := e.plans.of(reflect.TypeFor[any]())
	var keys []span
	for i := range v.Len() {
		key, from := v.Index(i), len(e.buf)
		if c == CodeMap {
			key = key.Field(0)
		}
		err := e.value(dynamic, key)
		if !e.unchecked {
			keys = append(keys, span{from, len(e.buf)})
		}
		if err == nil && c == CodeMap {
			err = e.value(dynamic, v.Index(i).Field(1))
		}
		if err != nil {
			return within(err, index(i))
		}
	}
	if i := repeated(e.buf, keys); i >= 0 {
		return within(refuse(ErrDuplicate, "the element equals an earlier one"), index(i))
	}
	e.depth--
	return nil
}

// sorted writes a map or a set in the order of its keys' bytes.
func (e *encoder) sorted(p *plan, v reflect.Value) error {
	c := CodeMap
	if p.kind == kindSet {
		c = CodeSet
	}
	if err := e.open(c, v.Len()); err != nil {
		return err
	}
	type entry struct {
		key   []byte
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		k := &encoder{plans: e.plans, depth: e.depth, maxDepth: e.maxDepth, unchecked: e.unchecked}
		if err := k.value(p.key, it.Key()); err != nil {
			return within(err, "[key]")
		}
		entries = append(entries, entry{k.buf, it.Value()})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	for i, entry := range entries {
		if i > 0 && !e.unchecked && bytes.Equal(entry.key, entries[i-1].key) {
			return refuse(ErrDuplicate, "two keys of %v have the encoding % .16x", p.typ, entry.key)
		}
		e.raw(entry.key)
		if p.kind == kindSet {
			continue
		}
		if err := e.value(p.elem, entry.value); err != nil {
			return within(err, index(i))
		}
	}
	e.depth--
	return nil
}

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
		return e.elements(CodeSet, e.plans.of(reflect.TypeFor[any]()), v)
	case kindLooseMap:
		return e.looseMap(v.Interface().(Map))
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
	return e.elements(CodeArray, p.elem, v)
}

func (e *encoder) elements(c Code, elem *plan, v reflect.Value) error {
	if err := e.open(c, v.Len()); err != nil {
		return err
	}
	for i := range v.Len() {
		if err := e.value(elem, v.Index(i)); err != nil {
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

func (e *encoder) looseMap(m Map) error {
	if err := e.open(CodeMap, len(m)); err != nil {
		return err
	}
	dynamic := e.plans.of(reflect.TypeFor[any]())
	for i := range m {
		entry := reflect.ValueOf(&m[i]).Elem()
		for j := range 2 {
			if err := e.value(dynamic, entry.Field(j)); err != nil {
				return within(err, index(i))
			}
		}
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
		k := &encoder{plans: e.plans, depth: e.depth, maxDepth: e.maxDepth}
		if err := k.value(p.key, it.Key()); err != nil {
			return within(err, "[key]")
		}
		entries = append(entries, entry{k.buf, it.Value()})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	for i, entry := range entries {
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

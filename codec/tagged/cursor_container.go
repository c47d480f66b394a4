package tagged

import "reflect"

// chunk is how much memory, in bytes, a slice gets at first: more only as its elements arrive.
const chunk = 4 << 10

// container reads what follows the code k into a value that holds others.
func (c *cursor) container(p *plan, k Code, v reflect.Value) error {
	switch {
	case p.kind == kindStruct && k == CodeObject, p.kind == kindObject && k == CodeObject:
		return c.object(p, v)
	case p.kind == kindSlice && k == CodeTemplate, p.kind == kindArray && k == CodeTemplate:
		return c.templateInto(p, v)
	case p.kind == kindSlice && k == CodeArray, p.kind == kindArray && k == CodeArray:
		return c.arrayInto(p, v)
	case p.kind == kindSet && k == CodeSet, p.kind == kindMap && k == CodeMap:
		return c.mapInto(p, v)
	case p.kind == kindLooseSet && k == CodeSet:
		set, err := c.looseSet()
		v.Set(reflect.ValueOf(set))
		return err
	case p.kind == kindLooseMap && k == CodeMap:
		m, err := c.looseMap()
		v.Set(reflect.ValueOf(m))
		return err
	}
	return errMismatch
}

func (c *cursor) object(p *plan, v reflect.Value) error {
	if err := c.enter(); err != nil {
		return err
	}
	n, err := c.count(2)
	if err != nil {
		return err
	}
	if err := c.fields(p, inline(n), v); err != nil {
		return err
	}
	c.depth--
	return nil
}

func (c *cursor) arrayInto(p *plan, v reflect.Value) error {
	if err := c.enter(); err != nil {
		return err
	}
	n, err := c.count(1)
	if err != nil {
		return err
	}
	err = c.each(p, n, v, func(elem reflect.Value) error { return c.value(p.elem, elem) })
	c.depth--
	return err
}

func (c *cursor) templateInto(p *plan, v reflect.Value) error {
	row := p.elem
	if row.kind == kindPointer {
		row = row.elem
	}
	if row.kind != kindStruct && row.kind != kindObject && row.kind != kindAny {
		return errMismatch
	}
	t, err := c.template()
	if err != nil {
		return err
	}
	err = c.each(p, t.rows, v, func(elem reflect.Value) error {
		if p.elem.kind == kindAny {
			m, err := c.anyFields(t.keys)
			elem.Set(reflect.ValueOf(m))
			return err
		}
		if p.elem.kind == kindPointer {
			if err := c.charge(1, int(row.typ.Size())); err != nil {
				return err
			}
			elem.Set(reflect.New(row.typ))
			elem = elem.Elem()
		}
		return c.fields(row, t.keys, elem)
	})
	c.depth -= 2
	return err
}

// each lets read fill the n elements of the slice or array v, one after the other.
func (c *cursor) each(p *plan, n int, v reflect.Value, read func(reflect.Value) error) error {
	size := int(p.elem.typ.Size())
	if p.kind == kindArray {
		if n != v.Len() {
			return c.refuse(ErrSize, "%d elements, want %d for %v", n, v.Len(), p.typ)
		}
	} else {
		v.Set(reflect.MakeSlice(p.typ, 0, min(n, chunk/max(size, 1)+1)))
	}
	for i := range n {
		if p.kind == kindSlice {
			if err := c.charge(1, size); err != nil {
				return err
			}
			if v.Len() == v.Cap() {
				v.Grow(1)
			}
			v.SetLen(i + 1)
		}
		if err := read(v.Index(i)); err != nil {
			return within(err, index(i))
		}
	}
	return nil
}

// fields reads the named values of an object, or of a row, into a struct or a map with string keys.
// Names that a struct does not have are skipped; fields without a value stay zero.
func (c *cursor) fields(p *plan, keys keys, v reflect.Value) error {
	if p.kind == kindObject {
		return c.objectMap(p, keys, v)
	}
	var room [32]bool
	seen := room[:]
	if len(p.fields) > len(room) {
		seen = make([]bool, len(p.fields))
	}
	for i := range keys.n {
		key, there, err := keys.next(c, i, false)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		at, known := p.byName[key]
		if !known {
			err = c.skip()
		} else if seen[at] {
			return c.refuse(ErrDuplicate, "%.40q", key)
		} else {
			seen[at] = true
			f := &p.fields[at]
			err = c.value(f.plan, v.Field(f.index))
		}
		if err != nil {
			return within(err, key)
		}
	}
	return nil
}

func (c *cursor) objectMap(p *plan, keys keys, v reflect.Value) error {
	if err := c.charge(1, mapSize); err != nil {
		return err
	}
	v.Set(reflect.MakeMap(p.typ))
	cost := int(p.key.typ.Size() + p.elem.typ.Size())
	for i := range keys.n {
		key, there, err := keys.next(c, i, true)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := c.charge(1, cost); err != nil {
			return err
		}
		elem := reflect.New(p.elem.typ).Elem()
		if err := c.value(p.elem, elem); err != nil {
			return within(err, key)
		}
		if err := c.insert(v, reflect.ValueOf(key).Convert(p.key.typ), elem); err != nil {
			return err
		}
	}
	return nil
}

// mapInto reads the entries of a map, or the elements of a set.
func (c *cursor) mapInto(p *plan, v reflect.Value) error {
	each := 2
	if p.kind == kindSet {
		each = 1
	}
	if err := c.enter(); err != nil {
		return err
	}
	n, err := c.count(each)
	if err != nil {
		return err
	}
	if err := c.charge(1, mapSize); err != nil {
		return err
	}
	v.Set(reflect.MakeMap(p.typ))
	cost := int(p.key.typ.Size() + p.elem.typ.Size())
	var known keySet
	for i := range n {
		if err := c.charge(1, cost); err != nil {
			return err
		}
		key, elem := reflect.New(p.key.typ).Elem(), reflect.New(p.elem.typ).Elem()
		err := c.value(p.key, key)
		if err == nil && n > 1 && !p.key.comparable() {
			err = known.add(c, p.key, key)
		}
		if err == nil && p.kind == kindMap {
			err = c.value(p.elem, elem)
		}
		if err == nil {
			err = c.insert(v, key, elem)
		}
		if err != nil {
			return within(err, index(i))
		}
	}
	c.depth--
	return nil
}

// insert adds an entry to a map. The key may be an any that holds what Go cannot hash.
func (c *cursor) insert(m, key, elem reflect.Value) error {
	if !key.Comparable() {
		return c.refuse(ErrType, "a key of %v that cannot be compared", key.Type())
	}
	before := m.Len()
	m.SetMapIndex(key, elem)
	if m.Len() == before {
		return c.duplicate(key)
	}
	return nil
}

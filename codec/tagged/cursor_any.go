package tagged

import (
	"math"
	"math/big"
)

// What an element costs in Go memory, roughly, for [MaxMemory].
const (
	anySize   = 16 // an interface
	boxSize   = 24 // what it points to, where that is not charged apart
	mapSize   = 48 // an empty map
	entrySize = 2 * anySize
)

// any reads a value of whatever kind it is.
func (c *cursor) any() (any, error) {
	k, err := c.code()
	if err != nil {
		return nil, err
	}
	if err := c.charge(1, boxSize); err != nil {
		return nil, err
	}
	if _, ok := integerWidth(k); ok {
		return anyOf(c.integerOf(k))
	}
	if f, ok, err := c.floatOf(k); ok {
		return f, err
	}
	switch k {
	case CodeTrue, CodeFalse:
		return k == CodeTrue, nil
	case CodeNull:
		return nil, nil
	case CodeUndefined:
		return Undefined{}, nil
	case CodeString:
		b, err := c.text()
		if err != nil {
			return nil, err
		}
		return anyOf(c.str(b))
	case CodeBytes:
		b, err := c.blob()
		if err != nil {
			return nil, err
		}
		return anyOf(c.bytes(b))
	case CodeDate:
		return anyOf(c.date())
	case CodeTime:
		return anyOf(c.time())
	case CodeUint64:
		return anyOf(c.fixed(8))
	case CodeFloat32:
		bits, err := c.fixed(4)
		return math.Float32frombits(uint32(bits)), err
	case CodeComplex:
		return anyOf(c.complex())
	case CodeDuration:
		return anyOf(c.duration())
	case CodeBig:
		n := new(big.Int)
		return n, c.bigInto(k, n)
	}
	return c.anyContainer(k)
}

// anyOf boxes the two results of a reader.
func anyOf[T any](v T, err error) (any, error) { return v, err }

func (c *cursor) anyContainer(k Code) (any, error) {
	switch k {
	case CodeArray:
		return anyOf(c.anys())
	case CodeSet:
		return anyOf(c.looseSet())
	case CodeMap:
		return anyOf(c.looseMap())
	case CodeObject:
		return anyOf(c.anyObject())
	case CodeTemplate:
		return anyOf(c.anyTemplate())
	}
	c.pos--
	return nil, c.refuse(ErrCode, "%v where a value begins", k)
}

// anys reads the count and the values of an array.
func (c *cursor) anys() ([]any, error) { return c.list(nil) }

// looseSet reads the count and the elements of a set.
func (c *cursor) looseSet() (Set, error) { return c.list(new(keySet)) }

// list reads a count and that many values, which are unique if there is a set of known ones.
func (c *cursor) list(known *keySet) ([]any, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	n, err := c.count(1)
	if err != nil {
		return nil, err
	}
	if err := c.charge(n, anySize); err != nil {
		return nil, err
	}
	list := make([]any, n)
	for i := range list {
		list[i], err = c.any()
		if err == nil && known != nil && n > 1 {
			err = known.addAny(c, &list[i])
		}
		if err != nil {
			return nil, within(err, index(i))
		}
	}
	c.depth--
	return list, nil
}

func (c *cursor) looseMap() (Map, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	n, err := c.count(2)
	if err != nil {
		return nil, err
	}
	if err := c.charge(n, entrySize); err != nil {
		return nil, err
	}
	m := make(Map, n)
	var known keySet
	for i := range m {
		m[i].Key, err = c.any()
		if err == nil && n > 1 {
			err = known.addAny(c, &m[i].Key)
		}
		if err == nil {
			m[i].Value, err = c.any()
		}
		if err != nil {
			return nil, within(err, index(i))
		}
	}
	c.depth--
	return m, nil
}

func (c *cursor) anyObject() (map[string]any, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	n, err := c.count(2)
	if err != nil {
		return nil, err
	}
	m, err := c.anyFields(inline(n))
	c.depth--
	return m, err
}

func (c *cursor) anyFields(keys keys) (map[string]any, error) {
	if err := c.charge(1, mapSize); err != nil {
		return nil, err
	}
	m := make(map[string]any)
	for i := range keys.n {
		key, there, err := keys.next(c, i, true)
		if err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		if _, twice := m[key]; twice {
			return nil, c.refuse(ErrDuplicate, "%.40q", key)
		}
		if err := c.charge(1, entrySize); err != nil {
			return nil, err
		}
		if m[key], err = c.any(); err != nil {
			return nil, within(err, key)
		}
	}
	return m, nil
}

func (c *cursor) anyTemplate() ([]any, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	if err := c.charge(t.rows, anySize); err != nil {
		return nil, err
	}
	list := make([]any, t.rows)
	for i := range list {
		if list[i], err = c.anyFields(t.keys); err != nil {
			return nil, within(err, index(i))
		}
	}
	c.depth -= 2
	return list, nil
}

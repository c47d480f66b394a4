package tagged

// keys is where the names of an object's values come from: before each value, or from the head of the
// template that the object is a row of.
type keys struct {
	n        int
	template []string // nil: inline
}

// inline are n keys that stand before their values.
func inline(n int) keys { return keys{n: n} }

// next returns the i-th key, and false if the row lacks it. A key that the caller will not keep is
// borrowed from the source in either mode.
func (k keys) next(c *cursor, i int, keep bool) (key string, there bool, err error) {
	if k.template == nil {
		b, err := c.text()
		if err != nil {
			return "", false, err
		}
		if !keep {
			return borrowString(b), true, nil
		}
		key, err = c.str(b)
		return key, true, err
	}
	code, err := c.peek()
	if err == nil && code == CodeSkip {
		c.pos++
		return "", false, nil
	}
	return k.template[i], true, err
}

// template is the head of a templated array.
type template struct {
	keys keys
	rows int
}

// template reads the head and enters two levels: the array and the objects in it.
func (c *cursor) template() (t template, err error) {
	for range 2 {
		if err := c.enter(); err != nil {
			return t, err
		}
	}
	n, err := c.count(1)
	if err != nil {
		return t, err
	}
	if err := c.charge(n, anySize); err != nil {
		return t, err
	}
	names := make([]string, n)
	seen := make(map[string]struct{})
	for i := range names {
		if names[i], _, err = inline(n).next(c, i, true); err != nil {
			return t, err
		}
		if _, twice := seen[names[i]]; twice {
			return t, c.refuse(ErrDuplicate, "%.40q", names[i])
		}
		seen[names[i]] = struct{}{}
	}
	rows, err := c.count(max(n, 1))
	if err != nil {
		return t, err
	}
	if n == 0 && rows > 0 {
		return t, c.refuse(ErrSize, "%d rows without keys", rows)
	}
	return template{keys{n, names}, rows}, nil
}

package tagged

import (
	"reflect"
	"unicode/utf8"
)

// row is an element of an array that has named values: a struct or a map with string keys.
type row struct {
	plan  *plan
	value reflect.Value
}

// table returns the elements of v as rows and the union of their keys in order of appearance, if
// there are at least two elements, all have named values, and a template takes fewer bytes than an
// array of objects. Otherwise it returns nil.
func (e *encoder) table(p *plan, v reflect.Value) ([]row, []string) {
	n := v.Len()
	if n < 2 || p.elem.kind != kindObject && p.elem.kind != kindPointer && p.elem.kind != kindAny {
		return nil, nil
	}
	rows := make([]row, 0, n)
	var keys []string
	seen := make(map[string]struct{})
	var asObjects, present int // bytes of the heads of n objects, and their values
	for i := range n {
		r, ok := e.row(p.elem, v.Index(i))
		if !ok {
			return nil, nil
		}
		rows = append(rows, r)
		if i > 0 && r.plan.kind == kindStruct && r.plan == rows[i-1].plan {
			asObjects += 1 + integerSize(int64(len(r.plan.fields))) + keysSize(r.plan.names)
			present += len(r.plan.fields)
			continue
		}
		own := r.keys()
		asObjects += 1 + integerSize(int64(len(own))) + keysSize(own)
		present += len(own)
		for _, k := range own {
			if _, ok := seen[k]; !ok {
				seen[k] = struct{}{}
				keys = append(keys, k)
			}
		}
	}
	skips := len(keys)*n - present
	asTemplate := integerSize(int64(len(keys))) + keysSize(keys) + skips
	if len(keys) == 0 || asTemplate >= asObjects {
		return nil, nil
	}
	return rows, keys
}

// row follows pointers and interfaces from an element to its named values, if it has them.
func (e *encoder) row(p *plan, v reflect.Value) (row, bool) {
	for p.kind == kindPointer || p.kind == kindAny {
		if v.IsNil() {
			return row{}, false
		}
		v = v.Elem()
		if p.kind == kindPointer {
			p = p.elem
		} else {
			p = e.plans.of(v.Type())
		}
	}
	ok := p.kind == kindStruct || p.kind == kindObject && !v.IsNil()
	return row{p, v}, ok
}

// keys returns the names of the row's values, a map's sorted.
func (r row) keys() []string {
	if r.plan.kind == kindStruct {
		return r.plan.names
	}
	sorted := sortedKeys(r.value)
	names := make([]string, len(sorted))
	for i, k := range sorted {
		names[i] = k.String()
	}
	return names
}

// get returns the row's value of the given name, if it has one.
func (r row) get(name string) (*plan, reflect.Value, bool) {
	if r.plan.kind == kindStruct {
		i, ok := r.plan.byName[name]
		if !ok {
			return nil, reflect.Value{}, false
		}
		f := &r.plan.fields[i]
		return f.plan, r.value.Field(f.index), true
	}
	v := r.value.MapIndex(reflect.ValueOf(name).Convert(r.plan.key.typ))
	return r.plan.elem, v, v.IsValid()
}

func keysSize(keys []string) int {
	n := 0
	for _, k := range keys {
		n += integerSize(int64(len(k))) + len(k)
	}
	return n
}

// template writes the keys once and then every row's values in their order, or a skip marker.
func (e *encoder) template(rows []row, keys []string) error {
	if err := e.head(keys, len(rows)); err != nil {
		return err
	}
	for i, r := range rows {
		for _, k := range keys {
			p, v, ok := r.get(k)
			if !ok {
				e.code(CodeSkip)
				continue
			}
			if err := e.value(p, v); err != nil {
				return within(within(err, k), index(i))
			}
		}
	}
	e.depth -= 2
	return nil
}

// structs writes two or more structs of one type that has fields: their template is always the
// shorter form, and lacks nothing.
func (e *encoder) structs(p *plan, v reflect.Value) error {
	if err := e.head(p.names, v.Len()); err != nil {
		return err
	}
	for i := range v.Len() {
		row := v.Index(i)
		for j := range p.fields {
			f := &p.fields[j]
			if err := e.value(f.plan, row.Field(f.index)); err != nil {
				return within(within(err, f.name), index(i))
			}
		}
	}
	e.depth -= 2
	return nil
}

// head begins a template and enters two levels: the array and the objects in it.
func (e *encoder) head(keys []string, rows int) error {
	for range 2 {
		if err := e.enter(); err != nil {
			return err
		}
	}
	e.code(CodeTemplate)
	e.integer(int64(len(keys)))
	for _, k := range keys {
		if !utf8.ValidString(k) {
			return refuse(ErrUTF8, "key %.40q", k)
		}
		e.key(k)
	}
	e.integer(int64(rows))
	return nil
}

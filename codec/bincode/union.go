package bincode

import (
	"fmt"
	"reflect"
)

// Union, as the type of the first field, makes a struct a sum type: every other field is a pointer and
// stands for one variant, exactly one of them is set, and their order is the order of the tags.
//
//	type Shape struct {
//		bincode.Union
//		Circle *Circle   // tag 0
//		Square *Square   // tag 1
//		Empty  *struct{} // tag 2, a unit variant
//	}
type Union struct{}

func isUnionStruct(t reflect.Type) bool {
	return t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[Union]()
}

// union lists the variants of a sum type; the position of a variant is its tag.
type union struct {
	typ      reflect.Type
	variants []variant
	tags     map[reflect.Type]int // of an interface's types
	flag     uintptr              // of a Result: where Failed is
}

type variant struct {
	tag     int
	program *program
	off     uintptr      // of the field
	typ     reflect.Type // as the interface holds it
}

func (b *builder) unionStruct(t reflect.Type, s step) error {
	u := &union{typ: t}
	for i := 1; i < t.NumField(); i++ {
		f := t.Field(i)
		if f.Type.Kind() != reflect.Pointer || !f.IsExported() {
			return fmt.Errorf("field %s of the union %s is no exported pointer", f.Name, t)
		}
		p, err := b.program(f.Type.Elem(), tag{})
		if err != nil {
			return err
		}
		u.variants = append(u.variants, variant{tag: i - 1, program: p, off: f.Offset})
	}
	s.code, s.union, s.n = opUnionStruct, u, len(u.variants)
	b.op(s, b.tagMin())
	return nil
}

func (b *builder) unionInterface(t reflect.Type, s step) error {
	types, ok := b.cfg.variants[t]
	if !ok {
		return fmt.Errorf("the interface %s has no variants: give them with the option Variants", t)
	}
	u := &union{typ: t, tags: map[reflect.Type]int{}}
	for i, v := range types {
		if v == nil || !v.AssignableTo(t) {
			return fmt.Errorf("variant %d of %s does not implement it: %v", i, t, v)
		}
		if _, double := u.tags[v]; double {
			return fmt.Errorf("two variants of %s are %v", t, v)
		}
		target := v
		if v.Kind() == reflect.Pointer {
			target = v.Elem()
		}
		p, err := b.program(target, tag{})
		if err != nil {
			return err
		}
		u.tags[v] = i
		u.variants = append(u.variants, variant{tag: i, program: p, typ: v})
	}
	s.code, s.union, s.n = opUnionInterface, u, len(u.variants)
	b.op(s, b.tagMin())
	return nil
}

// variant finds which variant the sum type at p holds, and where its value is.
func (e *encoder) variant(s *step, p ptr) (*variant, ptr) {
	u := s.union
	switch s.code {
	case opResult:
		v := &u.variants[b2i(*at[bool](add(p, u.flag)))]
		return v, add(p, v.off)
	case opUnionStruct:
		return e.setPointer(u, p)
	}
	held := reflect.NewAt(u.typ, p).Elem().Elem()
	if !held.IsValid() {
		e.fail(ErrEnumTag, "got a nil %v, allowed one of %d variants", u.typ, len(u.variants))
		return nil, nil
	}
	tag, ok := u.tags[held.Type()]
	if !ok {
		e.fail(ErrEnumTag, "got a %v, which is no variant of %v", held.Type(), u.typ)
		return nil, nil
	}
	v := &u.variants[tag]
	if held.Kind() != reflect.Pointer {
		return v, dataOf(p, held)
	}
	if held.IsNil() {
		e.fail(ErrEnumTag, "got a nil %v, allowed a value", held.Type())
		return nil, nil
	}
	return v, held.UnsafePointer()
}

// setPointer finds the one pointer of a union that is set.
func (e *encoder) setPointer(u *union, p ptr) (found *variant, q ptr) {
	for i := range u.variants {
		if set := *at[ptr](add(p, u.variants[i].off)); set == nil {
			continue
		} else if found != nil {
			e.fail(ErrEnumTag, "got both variant %d and variant %d, allowed one", found.tag, i)
			return nil, nil
		} else {
			found, q = &u.variants[i], set
		}
	}
	if found == nil {
		e.fail(ErrEnumTag, "got no variant, allowed one of %d", len(u.variants))
	}
	return found, q
}

// getUnion stores a sum type. Values behind pointers and interfaces are new.
func (d *decoder) getUnion(s *step, p ptr, i int) int {
	tag, i := d.readTag(i, s.n)
	if i < 0 || !d.enter(i) {
		return -1
	}
	u := s.union
	v := &u.variants[tag]
	switch s.code {
	case opResult:
		*at[bool](add(p, u.flag)) = tag == 1
		other := &u.variants[1-tag]
		reflect.NewAt(other.program.typ, add(p, other.off)).Elem().SetZero()
		i = d.get(v.program, add(p, v.off), 1, i)
	case opUnionStruct:
		reflect.NewAt(u.typ, p).Elem().SetZero()
		q := newValue(v.program)
		*at[ptr](add(p, v.off)) = q
		i = d.get(v.program, q, 1, i)
	default:
		q := newValue(v.program)
		i = d.get(v.program, q, 1, i)
		held := reflect.NewAt(v.program.typ, q)
		if v.typ.Kind() != reflect.Pointer {
			held = held.Elem()
		}
		reflect.NewAt(u.typ, p).Elem().Set(held)
	}
	d.depth++
	return i
}

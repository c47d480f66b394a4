package bincode

import (
	"fmt"
	"reflect"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// compile walks t and returns its program for cfg.
func compile(t reflect.Type, cfg *config) (*program, error) {
	c := &compiler{cfg: cfg, memo: map[compiled]*program{}}
	p, err := c.program(t, tag{})
	if err == nil {
		err = c.splitFields(p, t)
	}
	if err != nil {
		return nil, &Error{Op: "compile", Type: t.String(), Offset: -1, Class: ErrType, Detail: err.Error()}
	}
	for c.settle() {
	}
	p.generated = cfg.standard() && isGenerated(t)
	return p, nil
}

// tag is what a field says about its type.
type tag = wire.Tag

// compiled identifies a program inside one compilation.
type compiled struct {
	t   reflect.Type
	tag tag
}

type compiler struct {
	cfg  *config
	memo map[compiled]*program
}

// program returns the program of t; inside a recursive type it may not be complete yet.
func (c *compiler) program(t reflect.Type, g tag) (*program, error) {
	key := compiled{t, g}
	if p, ok := c.memo[key]; ok {
		return p, nil
	}
	p := &program{typ: t, size: t.Size(), pointers: hasPointers(t), memory: rustSize(t)}
	c.memo[key] = p
	b := builder{compiler: c, p: p}
	if err := b.value(t, g, 0, ""); err != nil {
		return nil, err
	}
	b.finish()
	return p, nil
}

// settle spreads fallible and hooks from programs to those that contain them, and reports whether anything
// changed.
func (c *compiler) settle() (changed bool) {
	for _, p := range c.memo {
		was := [2]bool{p.fallible, p.hooks}
		for i := range p.steps {
			s := &p.steps[i]
			p.fallible = p.fallible || s.code == opValidate || s.contains(func(q *program) bool { return q.fallible })
			p.hooks = p.hooks || s.code == opHook || s.contains(func(q *program) bool { return q.hooks })
		}
		changed = changed || was != [2]bool{p.fallible, p.hooks}
	}
	return changed
}

// contains reports whether f holds for one of the programs that the step runs.
func (s *step) contains(f func(*program) bool) bool {
	switch {
	case s.elem != nil && f(s.elem):
		return true
	case s.mapping != nil:
		return f(s.mapping.key) || f(s.mapping.val)
	case s.union != nil:
		for _, v := range s.union.variants {
			if f(v.program) {
				return true
			}
		}
	}
	return false
}

// builder collects the steps of one program.
type builder struct {
	*compiler
	p   *program
	cur step
}

// move adds n bytes of memory at off, integers of unit bytes, to the fixed part.
func (b *builder) move(off uintptr, n, unit int, name string) {
	if n == 0 {
		return
	}
	s := &b.cur
	s.names = append(s.names, span{s.wire, n, name})
	if k := len(s.moves) - 1; k >= 0 {
		last := &s.moves[k]
		if last.off+uintptr(last.n) == off && (last.unit == unit || !b.cfg.swap) {
			last.n += n
			s.wire += n
			return
		}
	}
	s.moves = append(s.moves, move{off, s.wire, n, unit})
	s.wire += n
}

// bool adds n bools.
func (b *builder) bool(off uintptr, n int, name string) {
	if n > 0 {
		b.cur.bools = append(b.cur.bools, move{off, b.cur.wire, n, 1})
		b.move(off, n, 1, name)
	}
}

// op closes the current step with an operation that has at least base wire bytes, counted by the program.
func (b *builder) op(s step, base int) {
	s.moves, s.bools, s.wire, s.names = b.cur.moves, b.cur.bools, b.cur.wire, b.cur.names
	b.p.base += base
	b.close(s)
}

func (b *builder) close(s step) {
	b.p.base += s.wire
	b.p.steps = append(b.p.steps, s)
	b.cur = step{}
}

// finish closes the last step and computes what depends on all of them.
func (b *builder) finish() {
	p := b.p
	if b.cur.wire > 0 {
		b.close(b.cur)
	}
	p.min = p.base
	p.flat = true
	for i := range p.steps {
		s := &p.steps[i]
		p.flat = p.flat && s.code == opNone
		switch s.code {
		case opArray:
			p.min += s.n * s.elem.min
		case opNonZero:
			p.min += s.elem.min
		}
	}
	if p.flat && len(p.steps) == 1 && len(p.steps[0].bools) == 0 && len(p.steps[0].moves) == 1 {
		if m := p.steps[0].moves[0]; uintptr(m.n) == p.size {
			p.plain = m.unit
		}
	}
	p.simple = b.cfg.native
	for i := range p.steps {
		s := &p.steps[i]
		switch s.code {
		case opNone:
		case opText, opBytes:
			p.lens = append(p.lens, s.off+lenOffset)
		default:
			p.simple = false
		}
	}
	p.simple = p.simple && p.compileFast()
	p.bulk = p.bulkOf(b.cfg)
	p.onePass = p.isOnePass(b.cfg)
	for i := range p.steps {
		p.steps[i].moves = b.split(p.steps[i].moves)
	}
}

// split cuts short runs into moves of 8, 4, 2 and 1 bytes, which need no call; a rest overlaps what is
// before it. Runs that must be turned round stay whole.
func (b *builder) split(runs []move) (out []move) {
	if b.cfg.swap {
		return runs
	}
	for _, r := range runs {
		word := 8
		for word > r.n {
			word /= 2
		}
		if r.n > 64 {
			out = append(out, r)
			continue
		}
		for at := 0; at < r.n; at += word {
			if at+word > r.n {
				at = r.n - word
			}
			out = append(out, move{r.off + uintptr(at), r.pos + at, word, word})
		}
	}
	return out
}

// lengthMin is the least size of a length on the wire, tagMin that of an enum's tag.
func (c *compiler) lengthMin() int { return c.least(8) }
func (c *compiler) tagMin() int    { return c.least(4) }

// least is the smallest wire size of an integer of n > 1 bytes.
func (c *compiler) least(n int) int {
	if c.cfg.varint {
		return 1
	}
	return n
}

// fields adds the fields of the struct t.
func (b *builder) fields(t reflect.Type, off uintptr, path string) error {
	if err := checkTravels(t); err != nil {
		return err
	}
	return eachField(t, func(f reflect.StructField, g tag, name string) error {
		return b.value(f.Type, g, off+f.Offset, join(path, name))
	})
}

// checkTravels refuses a struct of which nothing would travel although it has fields, such as those of types that keep
// their state to themselves (netip.Prefix, atomic.Int64): it would vanish without a word. Fields with the tag "-" stay behind on
// purpose.
func checkTravels(t reflect.Type) error {
	kept := ""
	for i := range t.NumField() {
		f := t.Field(i)
		if g, err := wire.ParseTag(f.Tag); err != nil || g.Skip || f.Name == "_" {
			continue
		}
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Pointer && !f.IsExported():
			return fmt.Errorf("field %s: %s embeds a pointer to an unexported type, which cannot be set", f.Name, t)
		case f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct:
			return nil
		}
		kept = f.Name
	}
	if kept != "" {
		return fmt.Errorf("%s has no bincode form: none of its fields is exported (tag them `bincode:\"-\"` to encode nothing, or give it AppendBincode and UnmarshalBincode)", t)
	}
	return nil
}

// eachField calls do for the fields of the struct t that have a wire form. An embedded struct has no name.
func eachField(t reflect.Type, do func(f reflect.StructField, g tag, name string) error) error {
	for i := range t.NumField() {
		f := t.Field(i)
		embedded := f.Anonymous && f.Type.Kind() == reflect.Struct
		g, err := wire.ParseTag(f.Tag)
		if err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
		if g.Skip || !f.IsExported() && !embedded {
			continue
		}
		name := ""
		if !embedded {
			name = wire.FieldName(f.Name)
		}
		if err := do(f, g, name); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}

func join(path, name string) string {
	switch {
	case path == "":
		return name
	case name == "":
		return path
	}
	return path + "." + name
}

// hasPointers reports whether memory of t holds pointers.
func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.String, reflect.Slice, reflect.Pointer, reflect.Map, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	}
	return false
}

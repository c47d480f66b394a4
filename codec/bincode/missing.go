package bincode

import "reflect"

// AllowMissing lets an input end before the last fields of its struct: so a reader that has learnt new fields
// still reads what was written without them. The missing fields become zero, or what the struct's
// [Defaulter] says. With [AllowTrailing], the default, the other direction works as well.
//
// It concerns the fields of the struct that is decoded, not of structs inside it, whose end the wire
// does not show; an embedded struct counts as one field. The input must end exactly between two fields and
// hold at least one. Types that decode themselves (hooks) are left to it.
func AllowMissing() Option { return func(c *config) { c.missing = true } }

// Defaulter is a struct whose missing fields are not zero. BincodeDefaults is called on a new value, from
// which the missing fields are taken.
type Defaulter interface{ BincodeDefaults() }

// field is one field of a struct whose last fields may be missing.
type field struct {
	name    string
	off     uintptr
	program *program
}

// splitFields gives p, the program of the struct t, the programs of the fields one by one.
func (c *compiler) splitFields(p *program, t reflect.Type) error {
	if !c.cfg.missing || t.Kind() != reflect.Struct || isUnionStruct(t) {
		return nil
	}
	scratch := builder{compiler: c, p: &program{}}
	if own, err := scratch.own(t, tag{}, step{}); own || err != nil {
		return err
	}
	if validates(t) {
		p.validate = &hook{typ: t}
	}
	return eachField(t, func(f reflect.StructField, g tag, name string) error {
		part, err := c.program(f.Type, g)
		p.fields = append(p.fields, field{name, f.Offset, part})
		return err
	})
}

// runMissing is run for a struct whose last fields may be missing. Most inputs have them all.
func (d *decoder) runMissing(p *program, base ptr, t reflect.Type) (int, error) {
	start := *d
	n, err := d.runWhole(p, base, t)
	if err == nil || d.err.Class != ErrEOF && d.err.Class != ErrTooFewParts {
		return n, err
	}
	*d = start
	present, i := 0, 0
	for ; present < len(p.fields) && (i < len(d.src) || len(d.parts) > 0); present++ {
		if i = d.check(p.fields[present].program, 1, i); i < 0 {
			return 0, err // the input ends inside a field
		}
	}
	if present == 0 || present == len(p.fields) || len(d.parts) > 0 {
		return 0, err
	}
	d.counting, d.parts, d.empty = false, start.parts, 0
	if d.storeFirst(p, base, present); d.err != nil {
		return 0, d.err.In(t.String())
	}
	return i, nil
}

// storeFirst stores the first fields from the source and the defaults of the rest.
func (d *decoder) storeFirst(p *program, base ptr, present int) {
	value := reflect.NewAt(p.typ, base).Elem()
	target := value
	if p.fallible {
		target = reflect.New(p.typ).Elem()
		target.Set(value)
		base, d.fresh = target.Addr().UnsafePointer(), true
	}
	i := 0
	for _, f := range p.fields[:present] {
		if i = d.get(f.program, add(base, f.off), 1, i); i < 0 {
			d.err.Field(f.name)
			return
		}
	}
	var defaults ptr
	if declares(p.typ, reflect.TypeFor[Defaulter](), findDefaults) {
		v := reflect.New(p.typ)
		v.Interface().(Defaulter).BincodeDefaults()
		defaults = v.UnsafePointer()
	}
	for _, f := range p.fields[present:] {
		missing := reflect.NewAt(f.program.typ, add(base, f.off)).Elem()
		if defaults == nil {
			missing.SetZero()
		} else {
			missing.Set(reflect.NewAt(f.program.typ, add(defaults, f.off)).Elem())
		}
	}
	if p.validate != nil && d.getValidate(p.validate, base, i) < 0 {
		return
	}
	if p.fallible {
		value.Set(target)
	}
}

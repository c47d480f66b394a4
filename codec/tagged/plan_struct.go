package tagged

import "reflect"

// fillStruct completes the plan of a struct: its exported fields, under their names.
func (ps *plans) fillStruct(p *plan, made map[reflect.Type]*plan) {
	p.kind = kindStruct
	p.byName = make(map[string]int)
	var hidden, excluded bool // a field does not travel: unexported, or by its tag
	for i := range p.typ.NumField() {
		f := p.typ.Field(i)
		name := f.Name
		if tag, ok := f.Tag.Lookup("tagged"); ok {
			name = tag
		}
		switch {
		case name == "-":
			excluded = true
			continue
		case !f.IsExported():
			if f.Anonymous && exportsFields(f.Type) {
				p.refuse("the fields of the unexported " + f.Name + ` would be lost: name the field, or tag it "-"`)
				return
			}
			hidden = hidden || f.Name != "_"
			continue
		}
		if _, twice := p.byName[name]; twice {
			p.refuse("two fields are named " + name)
			return
		}
		p.byName[name] = len(p.fields)
		p.names = append(p.names, name)
		p.fields = append(p.fields, field{name: name, index: i, plan: ps.make(f.Type, made)})
	}
	if hidden && !excluded && len(p.fields) == 0 {
		p.refuse(`it has no exported field, so all of it would be lost: tag the field that has this type "-"`)
	}
}

// refuse makes the type one that is not supported.
func (p *plan) refuse(reason string) { p.kind, p.reason = kindUnsupported, reason }

// exportsFields reports whether a struct, or the struct that a pointer leads to, has an exported field.
func exportsFields(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return true
		}
	}
	return false
}

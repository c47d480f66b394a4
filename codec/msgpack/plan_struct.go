package msgpack

import (
	"reflect"
	"slices"
	"strings"
)

// list lists the fields of a struct as the library does: exported ones, and those of embedded structs in place of
// the struct where their names are free. What the library only warns of, or loses, is refused.
func (b *planner) list(p *plan) {
	if p.byName != nil {
		return
	}
	p.byName = make(map[string]*plan)
	p.listing = true
	defer func() { p.listing = false }()
	hidden, excluded := false, false
	for i := range p.typ.NumField() {
		f := p.typ.Field(i)
		tag := parseTag(f.Tag.Get("msgpack"))
		switch {
		case tag.name == "-":
			excluded = true
			continue
		case !f.IsExported() && !f.Anonymous:
			hidden = hidden || f.Name != "_" && f.Name != "_msgpack"
			continue
		case tag.quoted:
			p.why.broken = "field " + f.Name + ": a quoted tag is not supported"
		case tag.has("intern"):
			p.why.broken = "field " + f.Name + ": interned strings outlive their message"
		}
		if p.why.broken != "" {
			return
		}
		b.addField(p, f, tag)
	}
	if hidden && !excluded && len(p.fields) == 0 {
		p.why.broken = `it has no exported field, so all of it would be lost: tag the field that has this type "-"`
	}
}

// addField adds a field, or the fields of a struct that is inlined.
func (b *planner) addField(p *plan, f reflect.StructField, tag tag) {
	it := field{name: tag.name, index: f.Index, plan: b.plan(f.Type)}
	if it.name == "" {
		it.name = f.Name
	}
	if f.Anonymous {
		if b.inline(p, f, it, tag) || p.why.broken != "" {
			return
		}
		if !f.IsExported() && (it.plan.kind != kindStruct || it.plan.why.broken != "") {
			p.why.broken = "the embedded " + f.Name + " is not exported"
		}
	}
	p.add(it)
	if alias, ok := tag.options["alias"]; ok {
		p.name(alias, it.plan)
	}
}

// inline adds the fields of the embedded struct f in its place, if the library does so.
func (b *planner) inline(p *plan, f reflect.StructField, it field, tag tag) bool {
	inner := it.plan
	if inner.kind == kindPointer {
		inner = inner.elem
	}
	forced := tag.has("inline")
	switch {
	case tag.has("noinline"), inner.kind != kindStruct:
		return false
	case inner.listing:
		p.why.broken = "it embeds itself"
		return false
	case forced && inner != it.plan:
		p.why.broken = "field " + f.Name + ": a pointer cannot be inlined"
		return false
	}
	b.list(inner)
	if inner.why.broken != "" {
		p.why.broken = inner.why.broken
		return false
	}
	taken := func(in field) bool { return p.byName[in.name] != nil }
	if !forced && slices.ContainsFunc(inner.fields, taken) {
		return false
	}
	if inner != it.plan && !f.IsExported() {
		p.why.oneWay = "the embedded pointer " + f.Name + " is not exported"
	}
	for _, in := range inner.fields {
		if !taken(in) {
			in.index = append(slices.Clone(it.index), in.index...)
			p.add(in)
		}
	}
	p.name(it.name, inner) // it may come as a whole, too
	return true
}

// add adds a field at the end.
func (p *plan) add(it field) {
	p.fields = append(p.fields, it)
	p.name(it.name, it.plan)
}

// name lets what has the plan of a field come under a name.
func (p *plan) name(name string, of *plan) {
	if p.byName[name] != nil && p.why.broken == "" {
		p.why.broken = "two fields are named " + name
	}
	p.byName[name] = of
}

// tag is what stands in a struct tag.
type tag struct {
	name    string
	options map[string]string
	quoted  bool // by rules of the library that are not followed here
}

func (t tag) has(option string) bool { _, ok := t.options[option]; return ok }

func parseTag(s string) tag {
	t := tag{options: make(map[string]string), quoted: strings.ContainsAny(s, `'\(`)}
	for i, part := range strings.Split(s, ",") {
		key, value, pair := strings.Cut(part, ":")
		if key = strings.TrimSpace(key); i == 0 && !pair {
			t.name = key
		} else {
			t.options[key] = strings.TrimSpace(value)
		}
	}
	return t
}

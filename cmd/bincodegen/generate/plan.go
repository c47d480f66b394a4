package generate

import (
	"fmt"
	"go/types"
	"strings"
)

// maxUnrolled is how many elements of an array are written out one by one.
const maxUnrolled = 8

// An item is one thing to write: a value without structs around it, and the expression that reaches it.
type item struct {
	*form
	expr   string
	fn     *function // of a container
	asks   bool      // no bytes: the call of expr's Validate
	levels int       // that the value enters without a function
}

// address is the expression for a pointer to the item.
func (it item) address() string {
	if p, ok := strings.CutPrefix(it.expr, "(*"); ok && strings.HasSuffix(p, ")") {
		return strings.TrimSuffix(p, ")")
	}
	return "&" + it.expr
}

// member is the expression for the field name of expr.
func selector(expr, name string) string {
	if p, ok := strings.CutPrefix(expr, "(*"); ok && strings.HasSuffix(p, ")") {
		return strings.TrimSuffix(p, ")") + "." + name
	}
	return expr + "." + name
}

// A function stands for four: size, put, check and get of one form. There is one for each container and
// one for each type asked for. Its bodies are the items inside: of an element, of the key and the value of
// a map, of each variant.
type function struct {
	name    string
	form    *form
	root    bool // of a type asked for
	bodies  [][]item
	calls   []*function
	program bool // runs a program
	deep    bool // counts levels: calls itself in the end, or runs a program
	levels  int  // entered by one that is not deep
}

// planner collects the functions.
type planner struct {
	memo  map[*form]*function
	all   []*function
	taken func(name string) bool
}

// addRoot plans the function of a type asked for.
func (p *planner) addRoot(f *form) *function {
	fn := &function{name: p.free(typeWord(f.typ)), form: f, root: true}
	p.all = append(p.all, fn)
	p.body(fn, f, "(*v)")
	return fn
}

// container plans the function of a form, once.
func (p *planner) container(f *form) *function {
	if fn, ok := p.memo[f]; ok {
		return fn
	}
	fn := &function{name: p.free(nameOf(f)), form: f}
	p.memo[f] = fn
	p.all = append(p.all, fn)
	switch f.kind {
	case ofMap:
		p.body(fn, f.key, "key")
		p.body(fn, f.elem, "val")
	case ofOpt:
		p.body(fn, f.elem, "v.Value")
	case ofResult:
		p.body(fn, f.elem, "v.Ok")
		p.body(fn, f.key, "v.Err")
	case ofUnion:
		for _, m := range f.fields {
			p.body(fn, m.form, "(*e)")
		}
	default:
		p.body(fn, f.elem, "(*e)")
	}
	return fn
}

// body plans the items of one part of a function.
func (p *planner) body(fn *function, f *form, expr string) {
	items := p.flatten(nil, f, expr, 0)
	fn.bodies = append(fn.bodies, items)
	for _, it := range items {
		if it.fn != nil {
			fn.calls = append(fn.calls, it.fn)
		}
		fn.program = fn.program || it.kind == ofProgram
	}
}

// flatten appends the items of a value.
func (p *planner) flatten(items []item, f *form, expr string, levels int) []item {
	switch f.kind {
	case ofStruct:
		for _, m := range f.fields {
			items = p.flatten(items, m.form, selector(expr, m.name), levels)
		}
	case ofArray:
		elem := p.flatten(nil, f.elem, "", levels+1)
		small := f.n*len(elem) <= maxUnrolled
		for _, it := range elem {
			small = small && it.fn == nil
		}
		if !small {
			items = append(items, item{form: f, expr: expr, fn: p.container(f)})
			break
		}
		for i := range f.n {
			items = p.flatten(items, f.elem, fmt.Sprintf("%s[%d]", expr, i), levels+1)
		}
	case ofSlice, ofMap, ofPointer, ofBox, ofOpt, ofResult, ofUnion:
		items = append(items, item{form: f, expr: expr, fn: p.container(f)})
	default:
		items = append(items, item{form: f, expr: expr, levels: levels + 1})
	}
	if f.validate {
		items = append(items, item{form: f, expr: expr, asks: true})
	}
	return items
}

// finish finds out which functions count levels, and how many the others enter.
func (p *planner) finish() {
	for _, fn := range p.all {
		fn.deep = fn.program || fn.reaches(fn, map[*function]bool{})
	}
	for changed := true; changed; {
		changed = false
		for _, fn := range p.all {
			for _, callee := range fn.calls {
				if callee.deep && !fn.deep {
					fn.deep, changed = true, true
				}
			}
		}
	}
	for _, fn := range p.all {
		fn.count()
	}
}

func (fn *function) reaches(target *function, seen map[*function]bool) bool {
	for _, callee := range fn.calls {
		if callee == target {
			return true
		}
		if !seen[callee] {
			seen[callee] = true
			if callee.reaches(target, seen) {
				return true
			}
		}
	}
	return false
}

// count returns the levels that the function enters, leaving out deep callees.
func (fn *function) count() int {
	if fn.levels > 0 {
		return fn.levels
	}
	inside := 0
	for _, items := range fn.bodies {
		for _, it := range items {
			switch {
			case it.fn == nil:
				inside = max(inside, it.levels)
			case !it.fn.deep:
				inside = max(inside, it.fn.count())
			}
		}
	}
	fn.levels = inside + 1
	return fn.levels
}

// free is name, with a number behind it if it is taken.
func (p *planner) free(name string) string {
	taken := func(s string) bool {
		for _, fn := range p.all {
			if fn.name == s {
				return true
			}
		}
		for _, verb := range []string{"size", "put", "check", "get", "grow", "unmarshal"} {
			if p.taken(verb + s) {
				return true
			}
		}
		return false
	}
	free := "Bincode" + name
	for i := 2; taken(free); i++ {
		free = fmt.Sprint("Bincode", name, i)
	}
	return free
}

// nameOf makes a name for the functions of a container.
func nameOf(f *form) string {
	word := map[kind]string{ofSlice: "Slice", ofArray: "Array", ofMap: "Map", ofPointer: "Option", ofBox: "Box"}[f.kind]
	return word + typeWord(f.typ)
}

// typeWord makes a word of a type.
func typeWord(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		s := upper(t.Obj().Name())
		for arg := range t.TypeArgs().Types() {
			s += typeWord(arg)
		}
		return s
	case *types.Basic:
		return upper(t.Name())
	case *types.Pointer:
		return typeWord(t.Elem())
	case *types.Slice:
		return "Of" + typeWord(t.Elem())
	case *types.Array:
		return fmt.Sprint("Of", t.Len(), typeWord(t.Elem()))
	case *types.Map:
		return "Of" + typeWord(t.Key()) + typeWord(t.Elem())
	}
	return "Struct"
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

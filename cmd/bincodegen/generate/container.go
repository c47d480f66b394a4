package generate

import (
	"fmt"
	"regexp"
)

// mapKeys is how many keys are sorted without an allocation.
const mapKeys = 16

// body writes the statements of one pass of a function.
func (w *writer) body(fn *function) {
	if fn.deep {
		w.failIf(fmt.Sprintf("depth < %d", fn.levels))
	}
	switch {
	case fn.root:
		w.start(fn.bodies[0])
		w.end(w.items(fn.bodies[0], 0))
	case fn.form.kind == ofSlice, fn.form.kind == ofArray:
		w.elements(fn)
	case fn.form.kind == ofMap:
		w.entries(fn)
	case fn.form.kind == ofUnion, fn.form.kind == ofResult:
		w.union(fn)
	default:
		w.option(fn)
	}
}

// start begins the sum of sizes.
func (w *writer) start(items []item) {
	if w.pass == size {
		w.p("n := %d", base(items))
	}
}

// end writes the good way out; at bytes from i on are done with.
func (w *writer) end(at int) {
	switch w.pass {
	case size:
		w.p("return n")
	case check:
		w.p("return %s, text", position(at))
	default:
		w.p("return %s", position(at))
	}
}

// again ends the body of a loop, leaving at bytes behind. Without any the last item may have failed unseen.
func (w *writer) again(items []item, at int) {
	switch {
	case w.pass == size:
	case at == 1:
		w.p("i++")
	case at > 0:
		w.p("i += %d", at)
	case len(items) > 0:
		w.failIf("i < 0")
	}
}

// length writes or reads the length of a slice or map.
func (w *writer) length(least int) {
	switch w.pass {
	case put:
		w.p("i = $wire.PutLen(b, i, len(s))")
	case check, get:
		w.p("n, i := $wire.Len(b, i, %d)", least)
		w.failIf("i < 0")
	}
}

// sub returns a writer for a part of the function.
func (w *writer) sub() *writer { return &writer{names: w.names, pass: w.pass, giveUp: w.giveUp} }

// mentions reports whether the code uses the name.
func mentions(code, name string) bool {
	return regexp.MustCompile(`\b` + name + `\b`).MatchString(code)
}

// trivial reports whether the pass check has nothing to look at in items but their number of bytes.
func (w *writer) trivial(items []item) (bytes int, ok bool) {
	for _, it := range items {
		if it.asks {
			continue
		}
		if it.fixed() < 0 || len(w.invalid(it, 0)) > 0 {
			return 0, false
		}
		bytes += it.fixed()
	}
	return bytes, true
}

// elements writes a slice or an array.
func (w *writer) elements(fn *function) {
	items, slice := fn.bodies[0], fn.form.kind == ofSlice
	inner := w.sub()
	inner.again(items, inner.items(items, 0))
	code := inner.String()
	count, whole := fmt.Sprint(fn.form.n), "v[:]"
	if slice {
		count, whole = "n", "*v"
	}
	switch w.pass {
	case size:
		w.p("s := %s", whole)
		if slice {
			w.p("n := 8 + %d*len(s)", base(items))
		} else {
			w.p("n := %d*len(s)", base(items))
		}
	case put:
		w.p("s := %s", whole)
	}
	if slice {
		w.length(fn.form.elem.least())
	}
	if bytes, ok := w.trivial(items); w.pass == check && ok && slice {
		w.p("return i + n*%d, text", bytes)
		return
	}
	switch {
	case w.pass == check:
		w.p("for range %s {\n%s}", count, code)
	case w.pass == get && slice:
		room := "Room"
		if pointers(fn.form.elem.typ) {
			room = "RoomZero"
		}
		w.p("s := $wire.%s(k, *v, n)", room)
		w.failIf("len(s) < n")
		w.p("*v = s")
	case w.pass == get && mentions(code, "e"):
		w.p("s := v[:]")
	}
	if w.pass != check && mentions(code, "e") {
		w.p("for j := range s {\ne := &s[j]\n%s}", code)
	}
	w.end(0)
}

// entries writes a map in the order of its keys.
func (w *writer) entries(fn *function) {
	f := fn.form
	inner := w.sub()
	items := append(append([]item{}, fn.bodies[0]...), fn.bodies[1]...)
	inner.again(items, inner.items(items, 0))
	code := inner.String()
	switch w.pass {
	case size:
		w.p("s := *v\nn := 8 + %d*len(s)", base(fn.bodies[0])+base(fn.bodies[1]))
		switch usesKey, usesVal := mentions(code, "key"), mentions(code, "val"); {
		case usesVal && usesKey:
			w.p("for key, val := range s {\n%s}", code)
		case usesVal:
			w.p("for _, val := range s {\n%s}", code)
		case usesKey:
			w.p("for key := range s {\n%s}", code)
		}
	case put:
		w.p("s := *v")
		w.length(0)
		w.p("var room [%d]%s\nkeys := room[:0]\nfor key := range s {\nkeys = append(keys, key)\n}\n$slices.Sort(keys)", mapKeys, w.names.typ(f.key.typ))
		if mentions(code, "val") {
			code = "val := s[key]\n" + code
		}
		w.p("for _, key := range keys {\n%s}", code)
	case check:
		w.length(f.key.least() + f.elem.least())
		w.p("for range n {\n%s}", code)
	case get:
		w.length(f.key.least() + f.elem.least())
		w.p("s := make(%s, n)\nfor range n {\nvar key %s\nvar val %s\n%ss[key] = val\n}\n*v = s", w.names.typ(f.typ), w.names.typ(f.key.typ), w.names.typ(f.elem.typ), code)
	}
	w.end(0)
}

// option writes a pointer, a box or an Opt.
func (w *writer) option(fn *function) {
	items, box, pointer := fn.bodies[0], fn.form.kind == ofBox, fn.form.kind != ofOpt
	none, at := "*v == nil", 1
	if !pointer {
		none = "!v.Some"
	}
	switch {
	case box:
		at = 0
		if w.pass == size || w.pass == put {
			w.failIf(none)
		}
	case w.pass == size:
		w.p("if %s {\nreturn 1\n}", none)
	case w.pass == put:
		w.room(1)
		w.p("if %s {\nb[i] = 0\nreturn i+1\n}\nb[i] = 1", none)
	case w.pass == check:
		w.failIf("i < 0", "i > len(b)-1", "b[i] > 1")
		w.p("if b[i] == 0 {\nreturn i+1, text\n}")
	case w.pass == get:
		w.room(1)
		clear := "*v = nil"
		if !pointer {
			clear = fmt.Sprintf("*v = %s{}", w.names.typ(fn.form.typ))
		}
		w.p("if b[i] == 0 {\n%s\nreturn i+1\n}", clear)
	}
	if w.pass == size {
		w.p("n := %d", at+base(items))
	}
	inner := w.sub()
	end := inner.items(items, at)
	switch code := inner.String(); {
	case w.pass == get && pointer:
		w.p("*v = new(%s)", w.names.typ(fn.form.elem.typ))
		if mentions(code, "e") {
			w.p("e := *v")
		}
	case w.pass == get:
		w.p("v.Some = true")
	case w.pass != check && pointer && mentions(code, "e"):
		w.p("e := *v")
	}
	w.WriteString(inner.String())
	w.end(end)
}

// union writes a struct of pointers, or a Result.
func (w *writer) union(fn *function) {
	result := fn.form.kind == ofResult
	if (w.pass == size || w.pass == put) && !result {
		w.p("set := 0")
		for _, m := range fn.form.fields {
			w.p("if v.%s != nil {\nset++\n}", m.name)
		}
		w.failIf("set != 1")
	}
	if w.pass != size {
		w.room(4)
	}
	if w.pass == get && !result {
		w.p("*v = %s{}", w.names.typ(fn.form.typ))
	}
	if w.pass == check || w.pass == get {
		w.p("switch $binary.LittleEndian.Uint32(b[i:]) {")
	} else {
		w.p("switch {")
	}
	for tag, items := range fn.bodies {
		w.variant(fn, tag, items)
	}
	w.p("}\n%s", w.pass.fail())
}

// variant writes the case of one variant.
func (w *writer) variant(fn *function, tag int, items []item) {
	condition, pointer := "", ""
	if fn.form.kind == ofResult {
		condition = []string{"!v.Failed", "v.Failed"}[tag]
	} else {
		pointer = "v." + fn.form.fields[tag].name
		condition = pointer + " != nil"
	}
	if w.pass == check || w.pass == get {
		condition = fmt.Sprint(tag)
	}
	w.p("case %s:", condition)
	if w.pass == size {
		w.p("n := %d", 4+base(items))
	}
	inner := w.sub()
	end := inner.items(items, 4)
	code := inner.String()
	switch {
	case w.pass == put:
		w.p("$binary.LittleEndian.PutUint32(b[i:], %d)", tag)
	case w.pass == get && pointer != "":
		w.p("%s = new(%s)", pointer, w.names.typ(fn.form.fields[tag].form.typ))
	case w.pass == get && tag == 0:
		w.p("var none %s\nv.Err, v.Failed = none, false", w.names.typ(fn.form.key.typ))
	case w.pass == get:
		w.p("var none %s\nv.Ok, v.Failed = none, true", w.names.typ(fn.form.elem.typ))
	}
	if w.pass != check && pointer != "" && mentions(code, "e") {
		w.p("e := %s", pointer)
	}
	w.WriteString(code)
	w.end(end)
}

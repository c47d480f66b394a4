package generate

import (
	"fmt"
	"go/types"
)

// variable writes an item whose size varies; it starts where the expression from says and leaves b behind it.
func (w *writer) variable(it item, from string) {
	switch w.pass {
	case put:
		w.p("if b, ok = %s; !ok {\nreturn nil, false\n}", w.putCall(it, from))
	case check:
		w.check(it, from)
	case get:
		w.get(it, from)
	}
}

func (w *writer) putCall(it item, from string) string {
	switch it.kind {
	case ofText:
		return fmt.Sprintf("$wire.Text(%s, %s)", from, it.to("string", it.expr))
	case ofBytes:
		return fmt.Sprintf("$wire.Bytes(%s, %s)", from, it.expr)
	case ofNumbers:
		return fmt.Sprintf("$wire.Numbers(%s, %s)", from, it.expr)
	case ofInts:
		return fmt.Sprintf("$wire.Ints(%s, %s)", from, it.expr)
	case ofChar:
		return fmt.Sprintf("$wire.Char(%s, rune(%s))", from, it.expr)
	case ofAddr:
		return fmt.Sprintf("$wire.%s.Put(%s, %s)", family(it.form), from, it.expr)
	case ofAddrPort:
		return fmt.Sprintf("$wire.%s.PutPort(%s, %s)", family(it.form), from, it.expr)
	case ofProgram:
		return fmt.Sprintf("$bincode.ProgramOf(%s).FieldPut(%s, %[1]s, depth-1)", it.address(), from)
	}
	return fmt.Sprintf("put%s(%s, %s%s)", it.fn.name, from, it.address(), it.fn.depth())
}

// check judges an item. Functions return, beside what is behind, the bytes of strings that they have seen.
func (w *writer) check(it item, from string) {
	yes := func(format string, args ...any) { w.p("if "+format+"; !ok {\nreturn nil, -1\n}", args...) }
	count := func(format string, args ...any) {
		w.p("if b, t = "+format+"; t < 0 {\nreturn nil, -1\n}\ntext += t", args...)
	}
	switch it.kind {
	case ofText:
		count("$wire.SkipText(%s)", from)
	case ofBytes:
		yes("b, ok = $wire.SkipBytes(%s, 1)", from)
	case ofNumbers:
		yes("b, ok = $wire.SkipBytes(%s, %d)", from, it.elem.width)
	case ofInts:
		yes("b, ok = $wire.SkipInts[%s](%s)", it.elem.typ.Underlying(), from)
	case ofChar:
		yes("_, b, ok = $wire.GetChar(%s)", from)
	case ofAddr:
		yes("_, b, ok = $wire.%s.Get(%s)", family(it.form), from)
	case ofAddrPort:
		yes("_, b, ok = $wire.%s.GetPort(%s)", family(it.form), from)
	case ofProgram:
		count("$bincode.ProgramOf((*%s)(nil)).FieldSkip(%s, depth-1)", w.names.typ(it.typ), from)
	default:
		count("check%s(%s%s)", it.fn.name, from, it.fn.depth())
	}
}

func (w *writer) get(it item, from string) {
	store := func(format string, args ...any) {
		w.p("if "+format+"; !ok {\nreturn nil, false\n}", args...)
	}
	switch it.kind {
	case ofText:
		if it.isType("string") {
			store("%s, b, ok = k.Text(%s)", it.expr, from)
			break
		}
		w.p("if s, rest, ok := k.Text(%s); ok {\n%s, b = %s, rest\n} else {\nreturn nil, false\n}", from, it.expr, w.as(it, "string", "s"))
	case ofBytes:
		store("%s, b, ok = k.Bytes(%s, %[1]s)", it.expr, from)
	case ofNumbers:
		if it.elem.width == 1 {
			store("%s, b, ok = $wire.KeepSingles(k, %s, %[1]s)", it.expr, from)
			break
		}
		store("%s, b, ok = $wire.KeepNumbers(k, %s, %[1]s)", it.expr, from)
	case ofInts:
		store("%s, b, ok = $wire.KeepInts(k, %s, %[1]s)", it.expr, from)
	case ofChar:
		if b, basic := types.Unalias(it.typ).(*types.Basic); basic && b.Kind() == types.Int32 {
			store("%s, b, ok = $wire.GetChar(%s)", it.expr, from)
			break
		}
		w.p("if r, rest, ok := $wire.GetChar(%s); ok {\n%s, b = %s(r), rest\n} else {\nreturn nil, false\n}", from, it.expr, w.names.typ(it.typ))
	case ofAddr:
		store("%s, b, ok = $wire.%s.Get(%s)", it.expr, family(it.form), from)
	case ofAddrPort:
		store("%s, b, ok = $wire.%s.GetPort(%s)", it.expr, family(it.form), from)
	case ofProgram:
		store("b, ok = $bincode.ProgramOf(%s).FieldGet(%s, k, %[1]s, depth-1)", it.address(), from)
	default:
		store("b, ok = get%s(%s, k, %s%s)", it.fn.name, from, it.address(), it.fn.depth())
	}
}

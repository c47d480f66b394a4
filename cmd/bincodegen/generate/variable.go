package generate

import (
	"fmt"
	"go/types"
)

// variable writes an item whose size varies; it starts at the position from, and i is behind it then.
func (w *writer) variable(it item, from string) {
	switch w.pass {
	case put:
		w.p("i = %s", w.putCall(it, from))
	case check:
		w.p("%s", w.checkStep(it, from))
	case get:
		w.get(it, from)
	}
}

func (w *writer) putCall(it item, from string) string {
	switch it.kind {
	case ofText:
		return fmt.Sprintf("$wire.Text(b, %s, %s)", from, it.to("string", it.expr))
	case ofBytes:
		return fmt.Sprintf("$wire.Bytes(b, %s, %s)", from, it.expr)
	case ofNumbers:
		return fmt.Sprintf("$wire.Numbers(b, %s, %s)", from, it.expr)
	case ofInts:
		return fmt.Sprintf("$wire.Ints(b, %s, %s)", from, it.expr)
	case ofChar:
		return fmt.Sprintf("$wire.Char(b, %s, rune(%s))", from, it.expr)
	case ofAddr:
		return fmt.Sprintf("$wire.%s.Put(b, %s, %s)", family(it.form), from, it.expr)
	case ofAddrPort:
		return fmt.Sprintf("$wire.%s.PutPort(b, %s, %s)", family(it.form), from, it.expr)
	case ofProgram:
		return fmt.Sprintf("$bincode.ProgramOf(%s).FieldPut(b, %s, %[1]s, depth-1)", it.address(), from)
	}
	return fmt.Sprintf("put%s(b, %s, %s%s)", it.fn.name, from, it.address(), it.fn.depth())
}

// checkStep judges an item. What may hold strings counts their bytes in text.
func (w *writer) checkStep(it item, from string) string {
	switch it.kind {
	case ofText:
		return fmt.Sprintf("i, text = $wire.SkipText(b, %s, text)", from)
	case ofBytes:
		return fmt.Sprintf("i = $wire.SkipBytes(b, %s, 1)", from)
	case ofNumbers:
		return fmt.Sprintf("i = $wire.SkipBytes(b, %s, %d)", from, it.elem.width)
	case ofInts:
		return fmt.Sprintf("i = $wire.SkipInts[%s](b, %s)", it.elem.typ.Underlying(), from)
	case ofChar:
		return fmt.Sprintf("_, i = $wire.GetChar(b, %s)", from)
	case ofAddr:
		return fmt.Sprintf("_, i = $wire.%s.Get(b, %s)", family(it.form), from)
	case ofAddrPort:
		return fmt.Sprintf("_, i = $wire.%s.GetPort(b, %s)", family(it.form), from)
	case ofProgram:
		return fmt.Sprintf("i = $bincode.ProgramOf((*%s)(nil)).FieldSkip(b, %s, depth-1)", w.names.typ(it.typ), from)
	}
	return fmt.Sprintf("i, text = check%s(b, %s, text%s)", it.fn.name, from, it.fn.depth())
}

func (w *writer) get(it item, from string) {
	switch it.kind {
	case ofText:
		w.store(it, "string", fmt.Sprintf("k.Text(b, %s)", from))
	case ofBytes:
		w.p("%s, i = k.Bytes(b, %s, %[1]s)", it.expr, from)
	case ofNumbers:
		if it.elem.width == 1 {
			w.p("%s, i = $wire.KeepSingles(k, b, %s, %[1]s)", it.expr, from)
			break
		}
		w.p("%s, i = $wire.KeepNumbers(k, b, %s, %[1]s)", it.expr, from)
	case ofInts:
		w.p("%s, i = $wire.KeepInts(k, b, %s, %[1]s)", it.expr, from)
	case ofChar:
		w.store(it, "int32", fmt.Sprintf("$wire.GetChar(b, %s)", from))
	case ofAddr:
		w.p("%s, i = $wire.%s.Get(b, %s)", it.expr, family(it.form), from)
	case ofAddrPort:
		w.p("%s, i = $wire.%s.GetPort(b, %s)", it.expr, family(it.form), from)
	case ofProgram:
		w.p("i = $bincode.ProgramOf(%s).FieldGet(b, %s, k, %[1]s, depth-1)", it.address(), from)
	default:
		w.p("i = get%s(b, %s, k, %s%s)", it.fn.name, from, it.address(), it.fn.depth())
	}
}

// store stores what the call returns, a value of the type name and the position behind it.
func (w *writer) store(it item, name, call string) {
	if b, ok := types.Unalias(it.typ).(*types.Basic); ok && types.Identical(b, types.Universe.Lookup(name).Type()) {
		w.p("%s, i = %s", it.expr, call)
		return
	}
	w.p("{\nr, next := %s\n%s, i = %s, next\n}", call, it.expr, w.as(it, name, "r"))
}

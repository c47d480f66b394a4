package generate

import (
	"fmt"
	"go/types"
	"strings"
)

// unfit lists the conditions under which a value has no wire form.
func (it item) unfit(n *names) []string {
	switch it.kind {
	case ofNumber, ofInt:
		if it.tag.NonZero {
			return []string{it.expr + " == 0"}
		}
	case ofEnum:
		return []string{fmt.Sprintf("uint64(%s) >= %s", it.expr, it.variants(n))}
	case ofGoDuration:
		return []string{it.expr + " < 0"}
	case ofDuration:
		return []string{it.expr + ".Nanos >= 1e9"}
	case ofTime:
		return []string{it.expr + ".Unix() < 0"}
	case ofBig, ofBigPointer:
		return []string{fmt.Sprintf("!%s.FitsBig(%s, %v)", n.use(bincodePath, "bincode"), it.bigPointer(), !it.tag.U128)}
	}
	return nil
}

// variants is the number of variants of an enum.
func (it item) variants(n *names) string {
	if it.tag.Enum > 0 {
		return fmt.Sprint(it.tag.Enum)
	}
	return fmt.Sprintf("uint64(%s(0).BincodeVariants())", n.typ(it.typ))
}

// bigPointer is the expression for a *big.Int.
func (it item) bigPointer() string {
	if it.kind == ofBig {
		return it.address()
	}
	return it.expr
}

// basic is the type under the item's type.
func (it item) basic() *types.Basic { return it.typ.Underlying().(*types.Basic) }

// isType reports whether the item has the basic type name itself, so that no conversion is needed.
func (it item) isType(name string) bool {
	b, ok := types.Unalias(it.typ).(*types.Basic)
	return ok && (b.Name() == name || name == "byte" && b.Kind() == types.Uint8)
}

// to converts expr to the type name, from the item's type.
func (it item) to(name, expr string) string {
	if it.isType(name) {
		return expr
	}
	return name + "(" + expr + ")"
}

// as converts expr of the type name to the item's type.
func (w *writer) as(it item, name, expr string) string {
	if it.isType(name) {
		return expr
	}
	typ := w.names.typ(it.typ)
	if strings.HasPrefix(typ, "*") {
		typ = "(" + typ + ")"
	}
	return typ + "(" + expr + ")"
}

// bytes is the bytes of the item at an offset in the window.
func (w *writer) bytes(it item, at int) string {
	return fmt.Sprintf("%s[%d:%d]", w.window(), at, at+it.fixed())
}

// byte is the byte at an offset in the window.
func (w *writer) byte(at int) string { return fmt.Sprintf("%s[%d]", w.window(), at) }

func isFloat(it item) bool { return it.basic().Info()&types.IsFloat != 0 }

// putFixed writes an item to the window, at an offset.
func (w *writer) putFixed(it item, at int) {
	b := w.bytes(it, at)
	switch it.kind {
	case ofNumber, ofInt:
		n := it.fixed()
		bits := 8 * n
		switch {
		case n == 1:
			w.p("%s = %s", w.byte(at), it.to("byte", it.expr))
		case isFloat(it):
			w.p("$binary.LittleEndian.PutUint%d(%s, $math.Float%[1]dbits(%[3]s))", bits, b, it.to(fmt.Sprint("float", bits), it.expr))
		default:
			w.p("$binary.LittleEndian.PutUint%d(%s, %s)", bits, b, it.to(fmt.Sprint("uint", bits), it.expr))
		}
	case ofBool:
		w.p("%s = $wire.Bool(%s)", w.byte(at), it.to("bool", it.expr))
	case ofEnum:
		w.p("$binary.LittleEndian.PutUint32(%s, %s)", b, it.to("uint32", it.expr))
	case ofWide:
		w.p("$wire.PutWide(%s, %s.Lo, uint64(%[2]s.Hi))", b, it.expr)
	case ofBig, ofBigPointer:
		w.p("$bincode.PutBig(%s, %s, %v)", b, it.bigPointer(), !it.tag.U128)
	case ofGoDuration:
		w.p("$wire.PutTime(%s, uint64(%s/1e9), uint32(%[2]s%%1e9))", b, it.expr)
	case ofDuration:
		w.p("$wire.PutTime(%s, %s.Secs, %[2]s.Nanos)", b, it.expr)
	case ofTime:
		w.p("$wire.PutTime(%s, uint64(%s.Unix()), uint32(%[2]s.Nanosecond()))", b, it.expr)
	case ofNumberArray:
		w.p("$wire.PutNumbers(%s, %s[:])", b, it.expr)
	}
}

// invalid lists the conditions under which the bytes at the offset are refused, or left to the program.
func (w *writer) invalid(it item, at int) []string {
	b := w.bytes(it, at)
	switch it.kind {
	case ofNumber, ofInt:
		var c []string
		if it.tag.NonZero {
			c = append(c, w.wireValue(it, at)+" == 0")
		}
		if it.kind == ofInt {
			c = append(c, fmt.Sprintf("!$wire.Fits[%s](%s)", it.basic().Name(), w.wireValue(it, at)))
		}
		return c
	case ofBool:
		return []string{w.byte(at) + " > 1"}
	case ofEnum:
		return []string{fmt.Sprintf("uint64($binary.LittleEndian.Uint32(%s)) >= %s", b, it.variants(w.names))}
	case ofGoDuration:
		return []string{"!$wire.IsGoDuration(" + b + ")"}
	case ofDuration:
		return []string{"!$wire.IsDuration(" + b + ")"}
	case ofTime:
		return []string{"!$wire.IsTime(" + b + ")"}
	}
	return nil
}

// wireValue reads the number at the offset as an unsigned one.
func (w *writer) wireValue(it item, at int) string {
	if it.fixed() == 1 {
		return w.byte(at)
	}
	return fmt.Sprintf("$binary.LittleEndian.Uint%d(%s)", 8*it.fixed(), w.bytes(it, at))
}

// getFixed stores the bytes at the offset.
func (w *writer) getFixed(it item, at int) {
	b := w.bytes(it, at)
	value := w.wireValue(it, at)
	switch it.kind {
	case ofNumber, ofInt:
		bits := 8 * it.fixed()
		switch {
		case it.fixed() == 1:
			w.p("%s = %s", it.expr, w.as(it, "byte", value))
		case isFloat(it):
			w.p("%s = %s", it.expr, w.as(it, fmt.Sprint("float", bits), fmt.Sprintf("$math.Float%dfrombits(%s)", bits, value)))
		default:
			w.p("%s = %s", it.expr, w.as(it, fmt.Sprint("uint", bits), value))
		}
	case ofBool:
		w.p("%s = %s != 0", it.expr, w.byte(at))
	case ofEnum:
		w.p("%s = %s", it.expr, w.as(it, "uint32", value))
	case ofWide:
		hi := "uint64"
		if is(it.typ, bincodePath, "Int128") {
			hi = "int64"
		}
		w.p("{\nlo, hi := $wire.GetWide(%s)\n%s.Lo, %[2]s.Hi = lo, %s(hi)\n}", b, it.expr, hi)
	case ofBig:
		w.p("%s = *$bincode.GetBig(%s, %v)", it.expr, b, !it.tag.U128)
	case ofBigPointer:
		w.p("%s = $bincode.GetBig(%s, %v)", it.expr, b, !it.tag.U128)
	case ofGoDuration:
		w.p("%s = $wire.GoDuration($wire.GetTime(%s))", it.expr, b)
	case ofDuration:
		w.p("%s.Secs, %[1]s.Nanos = $wire.GetTime(%s)", it.expr, b)
	case ofTime:
		w.p("%s = $wire.Time($wire.GetTime(%s))", it.expr, b)
	case ofNumberArray:
		w.p("$wire.GetNumbers(%s[:], %s)", it.expr, b)
	}
}

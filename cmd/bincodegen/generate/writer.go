package generate

import (
	"cmp"
	"fmt"
	"strings"
)

// A pass is one of the four functions that a form has.
type pass int

const (
	size pass = iota
	put
	check
	get
)

func (p pass) verb() string { return [...]string{"size", "put", "check", "get"}[p] }

// fail is the statement that gives up; the program then finds out why.
func (p pass) fail() string {
	return [...]string{"return -1", "return -1", "return -1, 0", "return -1"}[p]
}

// writer writes the body of one function.
type writer struct {
	strings.Builder
	names   *names
	pass    pass
	windows int    // declared so far
	giveUp  string // the statement that gives up, where it is not that of the pass
}

// packages are what generated code imports by these words with a dollar sign before them.
var packages = map[string]string{
	"binary": "encoding/binary", "math": "math", "slices": "slices", "big": "math/big",
	"bincode": bincodePath, "wire": wirePath,
}

// p writes a line.
func (w *writer) p(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	for word, path := range packages {
		if strings.Contains(line, "$"+word) {
			line = strings.ReplaceAll(line, "$"+word, w.names.use(path, word))
		}
	}
	w.WriteString(line + "\n")
}

// failIf writes the way out under any of the conditions.
func (w *writer) failIf(conditions ...string) {
	if len(conditions) > 0 {
		w.p("if %s {\n%s\n}", strings.Join(conditions, " || "), cmp.Or(w.giveUp, w.pass.fail()))
	}
}

// items writes what the pass does for them, the first from position i+at on, at bytes being there. It returns how
// many bytes from i on belong to the last of them.
func (w *writer) items(items []item, at int) int {
	if w.pass == size {
		w.sizes(items)
		return 0
	}
	for len(items) > 0 {
		run := 0
		for run < len(items) && (items[run].asks || items[run].fixed() >= 0) {
			run++
		}
		at = w.run(items[:run], at)
		if items = items[run:]; len(items) == 0 {
			break
		}
		w.variable(items[0], position(at))
		items, at = items[1:], 0
	}
	return at
}

// position is how the code calls i+at.
func position(at int) string {
	if at == 0 {
		return "i"
	}
	return fmt.Sprint("i+", at)
}

// run writes items of fixed size, which need one look at the length of b: then they are a window,
// an array of known length.
func (w *writer) run(items []item, at int) int {
	end := at
	code := w.sub()
	code.windows = w.windows + 1
	for _, it := range items {
		switch {
		case it.asks && w.pass == get:
			code.failIf(it.expr + ".Validate() != nil")
		case !it.asks && it.fixed() > 0:
			code.fixed(it, end)
			end += it.fixed()
		}
	}
	if end > at {
		w.room(end)
	}
	text, f := code.String(), code.window()
	switch {
	case end == 1:
		text = strings.ReplaceAll(text, f+"[0]", "b[i]")
	case mentions(text, f):
		w.p("%s := (*[%d]byte)(b[i:])", f, end)
		w.windows++
	}
	w.WriteString(text)
	return end
}

// room fails unless n bytes are at i. The compiler knows from this comparison, and not from len(b)-i < n, that b[i:]
// and a window of n bytes need no other.
func (w *writer) room(n int) { w.failIf("i < 0", fmt.Sprintf("i > len(b)-%d", n)) }

// window is the name of the current one.
func (w *writer) window() string {
	if w.windows == 1 {
		return "f"
	}
	return fmt.Sprint("f", w.windows)
}

// fixed writes an item of fixed size at an offset in the window.
func (w *writer) fixed(it item, at int) {
	switch w.pass {
	case put:
		w.failIf(it.unfit(w.names)...)
		w.putFixed(it, at)
	case check:
		w.failIf(w.invalid(it, at)...)
	case get:
		w.getFixed(it, at)
	}
}

// sizes adds the sizes of items to n, beyond what least says, and finds the values without a wire form.
func (w *writer) sizes(items []item) {
	var sum []string
	for _, it := range items {
		if it.asks {
			continue
		}
		w.failIf(it.unfit(w.names)...)
		switch it.kind {
		case ofText, ofBytes:
			sum = append(sum, fmt.Sprintf("len(%s)", it.expr))
		case ofNumbers:
			sum = append(sum, times(it.elem.width, it.expr))
		case ofInts:
			sum = append(sum, times(8, it.expr))
		case ofChar:
			w.part("$wire.CharSize(rune(%s))", it.expr)
		case ofAddr:
			w.part("$wire.%s.Size(%s)", family(it.form), it.expr)
		case ofAddrPort:
			w.part("$wire.%s.SizePort(%s)", family(it.form), it.expr)
		case ofProgram:
			w.part("$bincode.ProgramOf(%s).FieldSize(%[1]s, depth-1)", it.address())
		default:
			if it.fn != nil {
				w.part("size%s(%s%s)", it.fn.name, it.address(), it.fn.depth())
			}
		}
	}
	if len(sum) > 0 {
		w.p("n += %s", strings.Join(sum, " + "))
	}
}

func times(width int, expr string) string {
	if width == 1 {
		return fmt.Sprintf("len(%s)", expr)
	}
	return fmt.Sprintf("%d*len(%s)", width, expr)
}

// part adds what a call returns, which is negative for a fault.
func (w *writer) part(format string, args ...any) {
	w.p("if m := "+format+"; m >= 0 {\nn += m\n} else {\nreturn -1\n}", args...)
}

// base is the constant part of what sizes adds.
func base(items []item) int {
	n := 0
	for _, it := range items {
		switch {
		case it.asks || it.fn != nil:
		case it.fixed() >= 0:
			n += it.fixed()
		case it.kind == ofText || it.kind == ofBytes || it.kind == ofNumbers || it.kind == ofInts:
			n += 8
		}
	}
	return n
}

// depth is the last argument of a call of fn.
func (fn *function) depth() string {
	if fn.deep {
		return ", depth-1"
	}
	return ""
}

func family(f *form) string {
	switch f.tag.IP {
	case 4:
		return "IPv4"
	case 6:
		return "IPv6"
	}
	return "AnyIP"
}

package tagged

import (
	"fmt"
	"strings"
)

// Error reports where a value was refused and why. It unwraps to one of the sentinels.
type Error struct {
	Path   string // of the Go value, as in orders[3].price, its middle left out where it is deep; empty for the whole value
	Offset int    // of the reader in the source, in bytes; -1 when encoding
	Err    error  // wraps a sentinel and names what was found and what was expected

	steps []string // of Path, innermost first, until joined turns them into it
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprint(&b, e.Err)
	if e.Path != "" {
		b.WriteString(" at ")
		b.WriteString(e.Path)
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, " (byte %d)", e.Offset)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Bounds of a path. A peer chooses how deep a value is nested and how long its keys are; neither may decide
// what an error costs.
const (
	maxStep = 64 // bytes of one step
	maxEnd  = 8  // steps kept at either end of a path; what lies between them is left out
)

// within adds a step to the path of an error that comes from inside a container. A step is "[3]", or the name
// of a field or key, cut short where it is long.
func within(err error, step string) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	if len(step) > maxStep {
		step = strings.ToValidUTF8(step[:maxStep], "") + "…"
	}
	e.steps = append(e.steps, strings.Clone(step)) // a key may be borrowed from the source
	return e
}

// index is the path step of the i-th element.
func index(i int) string { return fmt.Sprintf("[%d]", i) }

// joined completes an error with its path. It runs once per error, where a call ends, so that the cost is linear
// in the depth.
func joined(err error) error {
	e, ok := err.(*Error)
	if !ok || len(e.steps) == 0 {
		return err
	}
	var b strings.Builder
	for i := range e.steps {
		step := e.steps[len(e.steps)-1-i]
		if left := len(e.steps) - i; i >= maxEnd && left > maxEnd {
			if i > maxEnd {
				continue
			}
			step = "…"
		}
		if b.Len() > 0 && step[:min(1, len(step))] != "[" {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	e.Path, e.steps = b.String(), nil
	return e
}

// detail wraps a sentinel with what was found and what was expected.
func detail(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{sentinel}, args...)...)
}

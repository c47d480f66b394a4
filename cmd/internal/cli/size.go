package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes as people write it: 4096, 64KiB, 1MiB, 2GiB, 100kB. It is a flag value.
type Size int64

var units = []struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// ParseSize reads a whole number of units, 0 or more.
func ParseSize(text string) (Size, error) {
	digits, factor := text, int64(1)
	for _, u := range units {
		if rest, ok := cutSuffixFold(text, u.name); ok {
			digits, factor = strings.TrimRight(rest, " "), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("size %q: want a whole number with or without one of B, KiB, MiB, GiB, kB, MB, GB", text)
	}
	return Size(n * factor), nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || !strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}

// String writes the size in the largest binary unit that divides it.
func (s Size) String() string {
	for _, u := range units[:3] {
		if s >= Size(u.bytes) && int64(s)%u.bytes == 0 {
			return fmt.Sprintf("%d %s", int64(s)/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d B", int64(s))
}

// Set parses a flag's value.
func (s *Size) Set(text string) (err error) {
	*s, err = ParseSize(text)
	return err
}

// Type names the value in help texts.
func (s *Size) Type() string { return "size" }

// Approx writes n bytes rounded to about three digits, for people.
func Approx(n float64) string {
	for _, u := range units[:3] {
		if n >= float64(u.bytes) {
			return Digits(n/float64(u.bytes)) + " " + u.name
		}
	}
	return fmt.Sprintf("%.0f B", n)
}

// Digits writes a number, 0 or more, with three digits, or all before the point where there are more.
func Digits(n float64) string {
	switch {
	case n >= 99.95:
		return fmt.Sprintf("%.0f", n)
	case n >= 9.995:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}

// Sizes is a flag value: sizes separated by commas.
type Sizes []Size

func (s Sizes) String() string {
	texts := make([]string, len(s))
	for i, size := range s {
		texts[i] = strings.ReplaceAll(size.String(), " ", "")
	}
	return strings.Join(texts, ",")
}

// Set parses a flag's value, which replaces the default.
func (s *Sizes) Set(text string) error {
	var sizes Sizes
	for part := range strings.SplitSeq(text, ",") {
		size, err := ParseSize(part)
		if err != nil {
			return err
		}
		sizes = append(sizes, size)
	}
	*s = sizes
	return nil
}

// Type names the value in help texts.
func (s *Sizes) Type() string { return "sizes" }

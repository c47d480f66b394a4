package bincode

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// tag is what a field's `bincode:"…"` says about its type.
type tag struct {
	skip    bool
	char    bool
	nonzero bool
	box     bool
	u128    bool
	ip      int // 4 or 6: only that family, without a tag on the wire
	enum    int // > 0: number of unit variants
}

func parseTag(f reflect.StructField) (tag, error) {
	var t tag
	s, ok := f.Tag.Lookup("bincode")
	if !ok {
		return t, nil
	}
	for word := range strings.SplitSeq(s, ",") {
		switch word {
		case "-":
			t.skip = true
		case "char":
			t.char = true
		case "nonzero":
			t.nonzero = true
		case "box":
			t.box = true
		case "u128":
			t.u128 = true
		case "i128":
		case "ipv4":
			t.ip = 4
		case "ipv6":
			t.ip = 6
		default:
			n, err := strconv.Atoi(strings.TrimPrefix(word, "enum="))
			if !strings.HasPrefix(word, "enum=") || err != nil || n < 1 {
				return t, fmt.Errorf(`field %s: unknown tag bincode:%q; known are -, char, nonzero, box, u128, i128, ipv4, ipv6 and enum=N`, f.Name, word)
			}
			t.enum = n
		}
	}
	return t, nil
}

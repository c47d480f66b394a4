package generate

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// tag is what a field's `bincode:"…"` says about its type; see package bincode.
type tag struct {
	skip, char, nonzero, box, u128 bool
	ip                             int    // 4 or 6
	enum                           uint64 // number of variants
}

func parseTag(text string) (tag, error) {
	var t tag
	s, ok := reflect.StructTag(text).Lookup("bincode")
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
			n, found := strings.CutPrefix(word, "enum=")
			v, err := strconv.ParseUint(n, 10, 33)
			if !found || err != nil || v < 1 || v > 1<<32 {
				return t, fmt.Errorf(`unknown tag bincode:%q; known are -, char, nonzero, box, u128, i128, ipv4, ipv6 and enum=N`, word)
			}
			t.enum = v
		}
	}
	return t, nil
}

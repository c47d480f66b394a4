package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Tag is what a field's `bincode:"…"` says about its type; see package bincode.
type Tag struct {
	Skip    bool // -
	Char    bool
	NonZero bool
	Box     bool
	U128    bool // and not i128
	I128    bool
	IP      Family // ipv4 or ipv6: without a tag on the wire
	Enum    uint64 // number of unit variants of enum=N, 1 to 2³²; 0 without
}

// ParseTag reads the tag of a struct's field. A word that is not known is an error that names those that are.
func ParseTag(field reflect.StructTag) (Tag, error) {
	var t Tag
	s, ok := field.Lookup("bincode")
	if !ok {
		return t, nil
	}
	for word := range strings.SplitSeq(s, ",") {
		switch word {
		case "-":
			t.Skip = true
		case "char":
			t.Char = true
		case "nonzero":
			t.NonZero = true
		case "box":
			t.Box = true
		case "u128":
			t.U128 = true
		case "i128":
			t.I128 = true
		case "ipv4", "ipv6":
			if t.IP != 0 {
				return t, fmt.Errorf("bincode:%q: an address is one of ipv4 and ipv6", s)
			}
			if t.IP = IPv4; word == "ipv6" {
				t.IP = IPv6
			}
		default:
			n, found := strings.CutPrefix(word, "enum=")
			v, err := strconv.ParseUint(n, 10, 64)
			if !found || err != nil || v < 1 || v > 1<<32 {
				return t, fmt.Errorf(`unknown tag bincode:%q; known are -, char, nonzero, box, u128, i128, ipv4, ipv6 and enum=N`, word)
			}
			t.Enum = v
		}
	}
	if t.U128 && t.I128 {
		return t, fmt.Errorf("bincode:%q: an integer is one of u128 and i128", s)
	}
	return t, nil
}

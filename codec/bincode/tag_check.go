package bincode

import (
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"time"
)

// checkTag refuses words of a field's tag that do not apply to its type: they would be ignored, and the field would
// travel in another form than its author wants.
func checkTag(t reflect.Type, g tag) error {
	refuse := func(word, want string) error {
		return fmt.Errorf("the tag %s does not apply to %s: it is for %s", word, t, want)
	}
	value := t // a pointer's tag is that of what it leads to
	for value.Kind() == reflect.Pointer && value != reflect.TypeFor[*big.Int]() {
		value = value.Elem()
	}
	kind := value.Kind()
	integer := kind >= reflect.Int && kind <= reflect.Uint64 && value != reflect.TypeFor[time.Duration]() && value != reflect.TypeFor[Char]()
	wide := value == reflect.TypeFor[Uint128]() || value == reflect.TypeFor[Int128]()
	switch {
	case g.NonZero && (!integer && !wide || g.Char || g.Enum > 0):
		return refuse("nonzero", "integers of up to 128 bits")
	case g.Char && (kind != reflect.Int32 || value == reflect.TypeFor[Char]() || g.Enum > 0):
		return refuse("char", "int32 and rune")
	case g.Box && t.Kind() != reflect.Pointer:
		return refuse("box", "pointers")
	case (g.U128 || g.I128) && value != reflect.TypeFor[big.Int]() && value != reflect.TypeFor[*big.Int]():
		return refuse("u128 or i128", "big.Int")
	case g.IP != 0 && value != reflect.TypeFor[netip.Addr]() && value != reflect.TypeFor[netip.AddrPort]():
		return refuse("ipv4 or ipv6", "netip.Addr and netip.AddrPort")
	case g.Enum > 0 && !integer:
		return refuse("enum", "integers")
	}
	return nil
}

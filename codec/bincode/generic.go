package bincode

import (
	"reflect"
	"strings"
)

// The generic types of this package have wire forms of their own. They are recognised by what they are: a method would not do,
// because a struct gets the methods of what it embeds.

func isOpt(t reflect.Type) bool     { return isGeneric(t, "Opt[") }
func isResult(t reflect.Type) bool  { return isGeneric(t, "Result[") }
func isNonZero(t reflect.Type) bool { return isGeneric(t, "NonZero[") }

// isGeneric reports whether t is an instance of this package's generic type whose name begins like that.
func isGeneric(t reflect.Type, name string) bool {
	return t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), name) && t.PkgPath() == ownPath
}

// ownPath is the import path of this package.
var ownPath = reflect.TypeFor[Char]().PkgPath()

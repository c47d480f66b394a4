package generate

import "go/types"

const (
	bincodePath = "github.com/shmring/ipc/codec/bincode"
	wirePath    = bincodePath + "/wire"
)

// named returns the package path and the name of a named type, and its type arguments.
func named(t types.Type) (path, name string, args *types.TypeList) {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return "", "", nil
	}
	return n.Obj().Pkg().Path(), n.Obj().Name(), n.TypeArgs()
}

func is(t types.Type, path, name string) bool {
	p, n, _ := named(t)
	return p == path && n == name
}

// knownKinds are the types with a form of their own.
var knownKinds = map[[2]string]kind{
	{"time", "Duration"}:      ofGoDuration,
	{"time", "Time"}:          ofTime,
	{bincodePath, "Duration"}: ofDuration,
	{bincodePath, "Char"}:     ofChar,
	{bincodePath, "Uint128"}:  ofWide,
	{bincodePath, "Int128"}:   ofWide,
	{"math/big", "Int"}:       ofBig,
	{"net/netip", "Addr"}:     ofAddr,
	{"net/netip", "AddrPort"}: ofAddrPort,
}

// known returns the form of t if it is one of those types.
func known(t types.Type, g tag) *form {
	if p, ok := types.Unalias(t).(*types.Pointer); ok && is(p.Elem(), "math/big", "Int") {
		return &form{kind: ofBigPointer, typ: t, tag: g}
	}
	path, name, _ := named(t)
	if k, ok := knownKinds[[2]string{path, name}]; ok {
		return &form{kind: k, typ: t, tag: g}
	}
	return nil
}

// method finds the method name of a pointer to t, promoted ones too.
func method(t types.Type, name string) *types.Signature {
	s := types.NewMethodSet(types.NewPointer(t)).Lookup(nil, name)
	if s == nil {
		return nil
	}
	sig, _ := s.Type().(*types.Signature)
	return sig
}

// has reports whether a pointer to t has a method with these types of parameters and results.
func has(t types.Type, name string, params, results []string) bool {
	sig := method(t, name)
	return sig != nil && sameTypes(sig.Params(), params) && sameTypes(sig.Results(), results)
}

func sameTypes(have *types.Tuple, want []string) bool {
	if have.Len() != len(want) {
		return false
	}
	for i := range want {
		if types.TypeString(types.Unalias(have.At(i).Type()), nil) != want[i] {
			return false
		}
	}
	return true
}

const bytesType, formatType = "[]byte", "*" + bincodePath + ".Format"

// hooks says whether t writes and reads itself, and whether it does only one of both.
func hooks(t types.Type) (hooked, half bool) {
	if has(t, "AppendBincodeFormat", []string{bytesType, formatType}, []string{bytesType, "error"}) &&
		has(t, "UnmarshalBincodeFormat", []string{bytesType, formatType}, []string{"int", "error"}) {
		return true, false
	}
	if method(t, "BincodeGenerated") != nil {
		return false, false
	}
	a := has(t, "AppendBincode", []string{bytesType}, []string{bytesType, "error"})
	u := has(t, "UnmarshalBincode", []string{bytesType}, []string{"int", "error"})
	return a && u, a != u
}

// validates reports whether t is asked after decoding.
func validates(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return false
	}
	return has(t, "Validate", nil, []string{"error"})
}

// isEnum reports whether t is an integer with BincodeVariants.
func isEnum(t types.Type) bool {
	if !isInteger(t) {
		return false
	}
	s := types.NewMethodSet(t).Lookup(nil, "BincodeVariants")
	if s == nil {
		return false
	}
	sig, ok := s.Type().(*types.Signature)
	return ok && sameTypes(sig.Params(), nil) && sameTypes(sig.Results(), []string{"uint32"})
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0 && b.Kind() != types.Uintptr
}

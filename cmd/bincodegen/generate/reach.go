package generate

import "go/types"

// refuses reports whether decoding a t asks a Validate, of t or of anything inside it.
func refuses(t types.Type, seen []types.Type) bool {
	return reaches(t, seen, validates)
}

// writesItself reports whether a t holds a type with hooks.
func writesItself(t types.Type) bool {
	return reaches(t, nil, func(t types.Type) bool {
		hooked, _ := hooks(t)
		return hooked && known(t, tag{}) == nil
	})
}

// pointers reports whether memory of t holds pointers.
func pointers(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Array:
		return u.Len() > 0 && pointers(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if pointers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// reaches reports whether yes holds for t or for a type inside it.
func reaches(t types.Type, seen []types.Type, yes func(types.Type) bool) bool {
	for _, s := range seen {
		if types.Identical(s, t) {
			return false
		}
	}
	if yes(t) {
		return true
	}
	seen = append(seen, t)
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return reaches(u.Elem(), seen, yes)
	case *types.Slice:
		return reaches(u.Elem(), seen, yes)
	case *types.Array:
		return reaches(u.Elem(), seen, yes)
	case *types.Map:
		return reaches(u.Key(), seen, yes) || reaches(u.Elem(), seen, yes)
	case *types.Struct:
		for f := range u.Fields() {
			if reaches(f.Type(), seen, yes) {
				return true
			}
		}
	}
	return false
}

package generate

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// shaper finds the forms of types. It works through a type once; a form inside itself is the same pointer.
type shaper struct {
	pkg      *types.Package
	memo     map[string]*form
	nameable func(types.Type) bool
}

// fieldError says which field has no form, and why.
type fieldError struct {
	field string
	err   error
}

func (e *fieldError) Error() string {
	var inner *fieldError
	if errors.As(e.err, &inner) {
		return e.field + "." + e.err.Error()
	}
	return e.field + ": " + e.err.Error()
}

func (e *fieldError) Unwrap() error { return e.err }

// form returns the form of t under the tag of its field.
func (s *shaper) form(t types.Type, g tag) (*form, error) {
	t = types.Unalias(t)
	key := fmt.Sprintf("%s %v", types.TypeString(t, nil), g)
	if f, ok := s.memo[key]; ok {
		return f, nil
	}
	f := &form{}
	s.memo[key] = f
	made, err := s.make(t, g)
	if err != nil {
		return nil, err
	}
	*f = *made
	if f.kind != ofProgram {
		f.validate = validates(t) // a program asks by itself
	}
	if f.kind != ofStruct && !s.nameable(t) {
		return nil, fmt.Errorf("%s cannot be named in package %s", t, s.pkg.Name())
	}
	if f.kind == ofProgram && (g.NonZero || g.Enum > 0) {
		return nil, fmt.Errorf("tags on %s are not supported", t)
	}
	return f, nil
}

// make is form without what all forms have in common; its order is that of the compiler in package bincode.
func (s *shaper) make(t types.Type, g tag) (*form, error) {
	if f := known(t, g); f != nil {
		return f, nil
	}
	switch hooked, half := hooks(t); {
	case half:
		return nil, fmt.Errorf("%s has only one of AppendBincode and UnmarshalBincode", t)
	case hooked:
		return &form{kind: ofProgram, typ: t}, nil
	case isEnum(t):
		return &form{kind: ofEnum, typ: t}, nil
	}
	if f, err := s.generic(t); f != nil || err != nil {
		return f, err
	}
	if !isInteger(t) && (g.NonZero || g.Enum > 0) {
		return nil, fmt.Errorf("%s is no integer type and can be neither nonzero nor an enum", t)
	}
	if !g.NonZero && g.Enum > 0 {
		if bits := 8*types.SizesFor("gc", "amd64").Sizeof(t) - 1; g.Enum-1 > 1<<bits-1+unsignedBit(t)<<bits {
			return nil, fmt.Errorf("an enum of %d variants does not fit %s", g.Enum, t)
		}
		return &form{kind: ofEnum, typ: t, tag: g}, nil
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return s.basic(t, u, g)
	case *types.Slice:
		return s.slice(t, u)
	case *types.Array:
		return s.array(t, u)
	case *types.Map:
		return s.mapping(t, u)
	case *types.Pointer:
		elem, err := s.form(u.Elem(), tag{})
		if err == nil && !s.nameable(u.Elem()) {
			err = fmt.Errorf("%s cannot be named in package %s", u.Elem(), s.pkg.Name())
		}
		k := ofPointer
		if g.Box {
			k = ofBox
		}
		return &form{kind: k, typ: t, elem: elem}, err
	case *types.Struct:
		return s.structure(t, u)
	case *types.Interface:
		return nil, fmt.Errorf("the interface %s has no variants in the default configuration: use a struct with bincode.Union", t)
	}
	return nil, fmt.Errorf("%s has no bincode form", t)
}

func unsignedBit(t types.Type) uint64 {
	if t.Underlying().(*types.Basic).Info()&types.IsUnsigned != 0 {
		return 1
	}
	return 0
}

// generic returns the form of one of the generic types of package bincode.
func (s *shaper) generic(t types.Type) (*form, error) {
	path, name, args := named(t)
	if path == bincodePath && args.Len() > 0 {
		elem, err := s.form(args.At(0), tag{NonZero: name == "NonZero"})
		if err != nil {
			return nil, err
		}
		switch name {
		case "Opt":
			return &form{kind: ofOpt, typ: t, elem: elem}, nil
		case "Result":
			fault, err := s.form(args.At(1), tag{})
			return &form{kind: ofResult, typ: t, elem: elem, key: fault}, err
		case "NonZero":
			if elem.kind != ofNumber && elem.kind != ofInt {
				return &form{kind: ofProgram, typ: t}, nil
			}
			return &form{kind: ofStruct, typ: t, fields: []member{{"Value", elem}}}, nil
		}
	}
	return nil, nil
}

func (s *shaper) basic(t types.Type, u *types.Basic, g tag) (*form, error) {
	f := &form{kind: ofNumber, typ: t, tag: tag{NonZero: g.NonZero}}
	switch u.Kind() {
	case types.Bool:
		f.kind = ofBool
	case types.String:
		f.kind = ofText
	case types.Int, types.Uint:
		f.kind = ofInt
	case types.Int8, types.Uint8:
		f.width = 1
	case types.Int16, types.Uint16:
		f.width = 2
	case types.Int32, types.Uint32, types.Float32:
		f.width = 4
		if g.Char && u.Kind() == types.Int32 && !g.NonZero {
			f.kind = ofChar
		}
	case types.Int64, types.Uint64, types.Float64:
		f.width = 8
	case types.Invalid:
		return nil, errors.New("its type could not be found")
	default:
		return nil, fmt.Errorf("%s has no bincode form", t)
	}
	return f, nil
}

func (s *shaper) slice(t types.Type, u *types.Slice) (*form, error) {
	elem, err := s.form(u.Elem(), tag{})
	if err != nil {
		return nil, &fieldError{"[]", err}
	}
	f := &form{kind: ofSlice, typ: t, elem: elem}
	switch {
	case elem.plain() && types.Identical(u.Elem(), types.Typ[types.Uint8]):
		f.kind = ofBytes
	case elem.plain():
		f.kind = ofNumbers
	case elem.kind == ofInt && !elem.validate:
		f.kind = ofInts
	}
	return f, nil
}

func (s *shaper) array(t types.Type, u *types.Array) (*form, error) {
	elem, err := s.form(u.Elem(), tag{})
	if err != nil {
		return nil, &fieldError{"[]", err}
	}
	f := &form{kind: ofArray, typ: t, elem: elem, n: int(u.Len())}
	if elem.plain() {
		f.kind = ofNumberArray
	}
	return f, nil
}

// mapping takes keys that Go orders as Rust does; other maps are left to the program.
func (s *shaper) mapping(t types.Type, u *types.Map) (*form, error) {
	key, err := s.form(u.Key(), tag{})
	if err != nil {
		return nil, &fieldError{"key", err}
	}
	val, err := s.form(u.Elem(), tag{})
	if err != nil {
		return nil, &fieldError{"[]", err}
	}
	f := &form{kind: ofMap, typ: t, elem: val, key: key}
	b, ok := u.Key().Underlying().(*types.Basic)
	if !ok || b.Info()&(types.IsInteger|types.IsString) == 0 || key.kind == ofProgram {
		f.kind = ofProgram
	}
	return f, nil
}

func (s *shaper) structure(t types.Type, u *types.Struct) (*form, error) {
	f := &form{kind: ofStruct, typ: t}
	if u.NumFields() > 0 && is(u.Field(0).Type(), bincodePath, "Union") {
		return s.union(t, u)
	}
	for i := range u.NumFields() {
		field := u.Field(i)
		_, isStruct := field.Type().Underlying().(*types.Struct)
		embedded := field.Anonymous() && isStruct
		g, err := wire.ParseTag(reflect.StructTag(u.Tag(i)))
		if err != nil {
			return nil, &fieldError{field.Name(), err}
		}
		if g.Skip || !field.Exported() && !embedded {
			continue
		}
		inner, err := s.form(field.Type(), g)
		if err != nil {
			return nil, &fieldError{field.Name(), err}
		}
		if !field.Exported() && field.Pkg() != s.pkg {
			f.kind = ofProgram // its fields cannot be named here
		}
		f.fields = append(f.fields, member{field.Name(), inner})
	}
	return f, nil
}

func (s *shaper) union(t types.Type, u *types.Struct) (*form, error) {
	f := &form{kind: ofUnion, typ: t}
	for i := 1; i < u.NumFields(); i++ {
		field := u.Field(i)
		p, ok := field.Type().Underlying().(*types.Pointer)
		if !ok || !field.Exported() {
			return nil, &fieldError{field.Name(), errors.New("a field of a union that is no exported pointer")}
		}
		inner, err := s.form(p.Elem(), tag{})
		if err != nil {
			return nil, &fieldError{field.Name(), err}
		}
		if !s.nameable(p.Elem()) {
			return nil, &fieldError{field.Name(), fmt.Errorf("%s cannot be named in package %s", p.Elem(), s.pkg.Name())}
		}
		f.fields = append(f.fields, member{field.Name(), inner})
	}
	return f, nil
}

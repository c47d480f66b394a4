package declared

import (
	"reflect"
	"testing"
)

type (
	byValue               struct{ X int }
	byPointer             struct{ X int }
	generic[T any]        struct{ V T }
	genericPointer[T any] struct{ V T }
	scalar                int
	list                  []int
	method                interface{ M() int }
)

func (v byValue) M() int            { return v.X }
func (v *byPointer) M() int         { return v.X }
func (generic[T]) M() int           { return 1 }
func (v *genericPointer[T]) M() int { return len([]T{v.V}) }
func (scalar) M() int               { return 1 }
func (*list) M() int                { return 1 }

// Types that embed and declare.
type (
	ownByValue struct {
		byValue
		N int
	}
	ownByPointer struct {
		*byValue
		N int
	}
	forwards struct {
		byValue
		N int
	}
	adds struct {
		*byPointer
		N int
	}
	ownGeneric[T any] struct {
		byValue
		V T
	}
	ownGenericPointer[T any] struct {
		generic[T]
		V T
	}
)

func (v ownByValue) M() int            { return v.N }
func (v *ownByPointer) M() int         { return v.N }
func (v forwards) M() int              { return v.byValue.M() }
func (v *adds) M() int                 { return v.byPointer.M() + v.N }
func (v ownGeneric[T]) M() int         { return v.X }
func (v *ownGenericPointer[T]) M() int { return v.generic.M() }

// Types that take the method from a field.
type (
	promotes struct {
		byValue
		N int
	}
	promotesOnly    struct{ byValue }
	promotesPointer struct {
		*byValue
		N int
	}
	promotesOfPointer struct {
		byPointer
		N int
	}
	promotesNilable struct {
		*byPointer
		N int
	}
	promotesDeep struct {
		promotes
		K int
	}
	promotesInterface struct {
		method
		N int
	}
	promotesGeneric struct {
		generic[string]
		N int
	}
	promotesScalar struct {
		scalar
		N int
	}
	generically[T any] struct {
		byValue
		V T
	}
	definedOverIt     ownByValue
	promotesWhatIsOwn struct {
		ownByValue
		N int
	}
)

func find(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("M") }

func TestATypeDeclaresTheMethodsThatAreWrittenForIt(t *testing.T) {
	for _, v := range []any{
		byValue{}, byPointer{}, generic[int]{}, generic[*int]{}, genericPointer[string]{}, scalar(0), list{},
		ownByValue{}, ownByPointer{}, forwards{}, adds{}, ownGeneric[int]{}, ownGeneric[*int]{}, ownGenericPointer[string]{},
	} {
		if !Method(reflect.TypeOf(v), find) {
			t.Errorf("%T does not declare M", v)
		}
	}
}

func TestATypeDoesNotDeclareWhatItEmbeds(t *testing.T) {
	for _, v := range []any{
		promotes{}, promotesOnly{}, promotesPointer{}, promotesOfPointer{}, promotesNilable{}, promotesDeep{}, promotesInterface{},
		promotesGeneric{}, promotesScalar{}, generically[int]{}, generically[*int]{}, definedOverIt{}, promotesWhatIsOwn{},
		struct{ byValue }{}, struct{ *ownByPointer }{}, struct{ byValue byValue }{}, 5, "text",
	} {
		if Method(reflect.TypeOf(v), find) {
			t.Errorf("%T declares M", v)
		}
	}
}

func TestATypeWrapsWhatIsAllOfIt(t *testing.T) {
	type deep struct{ promotesOnly }
	type deepPointer struct{ promotesPointer }
	type onlyPointer struct{ *byValue }
	type onlyInterface struct{ method }
	for v, want := range map[any]bool{
		promotesOnly{}: true, deep{}: true, struct{ byPointer }{}: true, struct{ generic[int] }{}: true, struct{ scalar }{}: true,
		byValue{}: false, promotes{}: false, promotesPointer{}: false, deepPointer{}: false, onlyPointer{}: false, onlyInterface{}: false,
		struct{ byValue byValue }{}: false, 5: false,
	} {
		if got := Wraps(reflect.TypeOf(v), find); got != want {
			t.Errorf("%T wraps M: %t", v, got)
		}
	}
}

package bincode

// Opt is a value or none, as a value: no pointer, no allocation. *T has the same wire form.
type Opt[T any] struct {
	Value T // the zero value when None
	Some  bool
}

// Some returns an option that holds v.
func Some[T any](v T) Opt[T] { return Opt[T]{Value: v, Some: true} }

// None returns an option that holds nothing; it is the zero value.
func None[T any]() Opt[T] { return Opt[T]{} }

// Get returns the value and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.Value, o.Some }

package tagged

// Undefined is the value of code 6. Inside an any it decodes to this type; a pointer, slice or map
// takes it as nil.
type Undefined struct{}

// Set is a set with elements of any type, in the order of the wire. No two of them have the same encoding: that is
// [ErrDuplicate] in either direction. A map[K]struct{} is a set too, whose elements are sorted.
type Set []any

// Map is a map with keys of any type, in the order of the wire. No two of them have the same encoding: that is
// [ErrDuplicate] in either direction. A Go map is the other form, whose keys are sorted.
type Map []Entry

// Entry is one key and its value in a [Map].
type Entry struct{ Key, Value any }

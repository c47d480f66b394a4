package tagged

// Undefined is the value of code 6. Inside an any it decodes to this type; a pointer, slice or map
// takes it as nil.
type Undefined struct{}

// Set is a set of values of any type, in the order of the wire. Elements are not compared: a decoded
// Set may hold one twice. A map[K]struct{} is a set too, whose elements are unique and sorted.
type Set []any

// Map is a map with keys of any type, in the order of the wire. Keys are not compared: a decoded Map
// may hold one twice. A Go map is the other form, whose keys are unique and sorted.
type Map []Entry

// Entry is one key and its value in a [Map].
type Entry struct{ Key, Value any }

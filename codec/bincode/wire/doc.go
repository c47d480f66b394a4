// Package wire holds what every compiler through package bincode shares: the classes of errors, the error
// that carries a field path, and the low-level moves of numbers and text.
//
// Programs compiled by reflection and code written by the generator both stand on it, so that they put
// the same bytes and report the same errors. Applications seldom need it: package bincode re-exports
// the errors.
//
// Everything here works on fixed-width integers in little endian, the default configuration:
//
//	integer      its width, little endian
//	bool         1 byte, 0 or 1
//	length       8 bytes
//	string       length, UTF-8 bytes
//	option tag   1 byte, 0 or 1
//	enum tag     4 bytes
//
// Functions take the whole buffer or source and a position in it, and return the position behind what they
// wrote or read. A negative position stands for failure, and a function that is given one returns one: so
// several calls in a row need one comparison. Functions never keep the slices they are given.
package wire

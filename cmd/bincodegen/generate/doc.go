// Package generate writes the code of bincodegen.
//
//	load    type-checks the package; what it imports comes compiled, from the build cache
//	shape   finds the form of each type: tag, kind, known, as the compiler of package bincode does
//	plan    makes a function of each container and flattens the structs inside it into items
//	write   writes four functions each: size, put, check, get
//
// The written code is a fast path. It takes the usual values and inputs, and leaves everything else, above
// all every fault, to the program of the type, which finds the error. So bytes, values and errors are the
// same, and the code holds no messages:
//
//	size    adds up the bytes; negative for a value without a wire form
//	put     writes to a buffer as long as there is room, and judges the value; that of a type asked for is AppendBincode
//	check   walks the input, judges it and stores nothing; counts the bytes of strings
//	get     stores; it looks at every length again, for a peer may write to the input meanwhile
//
// The last three work by position, like the functions of package wire: they take the buffer and where to start and return
// where they ended, or a negative position, which what follows passes on.
package generate

package bincode

// Char is Rust's char: a Unicode scalar value, on the wire its UTF-8 bytes, 1 to 4. Encoding a surrogate or
// a value above U+10FFFF is [ErrChar]. A field of type rune can be declared the same with `bincode:"char"`.
type Char rune

func (e *encoder) badChar(c Char) {
	e.fail(ErrChar, "got %#x, allowed a Unicode scalar value", int64(c))
}

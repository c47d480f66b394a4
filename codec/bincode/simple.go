package bincode

// decodeSimple decodes a value of a simple program from the start of src to base, and returns the bytes it took.
// Where anything is amiss it returns a negative number. With whole that includes bytes that follow.
func (p *program) decodeSimple(src []byte, base ptr, borrow, whole bool) int {
	var keep arena
	if !p.single || whole {
		i, text := p.checkFast(1, src, 0)
		if i < 0 || whole && i < len(src) {
			return -1
		}
		if !borrow {
			keep.expect(text)
		}
	}
	return p.getFast(base, 1, src, 0, &keep, borrow, false)
}

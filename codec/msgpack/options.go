package msgpack

import "fmt"

// What holds when an option is not given.
const (
	DefaultMaxDepth  = 1000     // arrays and maps inside one another
	DefaultMaxMemory = 64 << 20 // bytes of Go memory for one decoded value
)

// Option changes a codec while it is made.
type Option func(*options)

type options struct {
	depth  int
	memory int
}

func newOptions(opts []Option) options {
	o := options{depth: DefaultMaxDepth, memory: DefaultMaxMemory}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// maxDepth is the largest depth that can be allowed: every level takes some hundred bytes of stack, of which Go grants
// a gigabyte, and a program does not survive its end.
const maxDepth = 100_000

// MaxDepth sets how many arrays and maps may be nested, in both directions: 0 ≤ n ≤ 100 000, where 0 allows scalars
// and empty containers only. The library recurses once per level. Any other n panics.
func MaxDepth(n int) Option {
	if n < 0 || n > maxDepth {
		panic(fmt.Sprintf("codec/msgpack: MaxDepth(%d)", n))
	}
	return func(o *options) { o.depth = n }
}

// MaxMemory sets about how many bytes of Go memory one decoded value may take: n ≥ 0. It bounds what a short source
// can cost when its elements are small and their Go type is large. A negative n panics.
func MaxMemory(n int) Option {
	if n < 0 {
		panic(fmt.Sprintf("codec/msgpack: MaxMemory(%d)", n))
	}
	return func(o *options) { o.memory = n }
}

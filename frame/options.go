package frame

import "math"

const (
	defaultMaxSize   = 64 << 20
	defaultCoalesce  = 64 << 10
	defaultReadAhead = 32 << 10
	defaultBatch     = 64 << 10
	defaultPool      = 4 << 20

	// inlineSize is the longest slice that is copied beside the lengths of a gathered frame: a slot of
	// a gathering write costs about as much as copying this.
	inlineSize = 1 << 10

	// maxSendto is the largest frame that a sendtoWriter writes, in bytes: its copy into the socket keeps Go's scheduler
	// from the processor for a microsecond or two.
	maxSendto = 4 << 10

	// keepSize is the largest buffer that a Writer holds on to between frames; larger ones go to its pool.
	keepSize = 64 << 10

	// chunkSize is how much of a streamed part is in memory at a time.
	chunkSize = 64 << 10
)

type config struct {
	maxSize   uint64
	maxStream uint64
	coalesce  int
	readAhead int
	batch     int
	pool      *Pool
}

// Option configures a Writer, a Reader or both, as its documentation tells.
type Option func(*config)

func newConfig(opts []Option) config {
	c := config{
		maxSize:   defaultMaxSize,
		maxStream: math.MaxInt64,
		coalesce:  defaultCoalesce,
		readAhead: defaultReadAhead,
		batch:     defaultBatch,
	}
	for _, o := range opts {
		o(&c)
	}
	if c.pool == nil {
		c.pool = NewPool(defaultPool)
	}
	return c
}

// WithMaxSize limits the total of a message in bytes, as its prefix has it: 8, its body, and 8 more
// than its length for each part. It holds at both ends, and for the body alone where a frame is streamed.
// Default 64 MiB, at least 8.
func WithMaxSize(bytes int) Option {
	return func(c *config) { c.maxSize = uint64(min(max(bytes, lenSize), math.MaxInt-2*lenSize)) }
}

// WithMaxStream limits the total, in bytes, of a frame written by Writer.WriteFrom or read by
// Reader.ReadStream, which need no memory for it. Default: no limit but the format's, 2⁶³-1.
func WithMaxStream(bytes int64) Option {
	return func(c *config) { c.maxStream = uint64(max(bytes, lenSize)) }
}

// WithCoalesce sets the threshold in bytes, prefix included: a Writer copies a frame of at most that
// size into one buffer and writes it at once, and gathers a larger one from where it lies.
// Default 64 KiB, about where the two cost the same on a Unix socket. 0 gathers always.
func WithCoalesce(bytes int) Option {
	return func(c *config) { c.coalesce = max(bytes, 0) }
}

// WithReadAhead sets how many bytes a Reader asks of its stream at once while frames are smaller than
// that; each Reader keeps a buffer of this size. Default 32 KiB, at least 64 bytes.
func WithReadAhead(bytes int) Option {
	return func(c *config) { c.readAhead = max(bytes, 64) }
}

// WithBatch sets how many bytes Writer.Queue collects before it writes by itself. Default 64 KiB.
func WithBatch(bytes int) Option {
	return func(c *config) { c.batch = max(bytes, 0) }
}

// WithPool makes a Writer or Reader take its large buffers from p and give them back to it, so that many
// connections share them. Without it each has a pool of its own that keeps at most 4 MiB.
func WithPool(p *Pool) Option {
	return func(c *config) { c.pool = p }
}

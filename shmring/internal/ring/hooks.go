//go:build shmring_hooks

package ring

// SetSteps makes the consumer zero memory in pieces of zeroStep bytes, a power of two, and give it back in steps of
// headStep bytes.
func (c *Consumer) SetSteps(headStep, zeroStep uint64) { c.headStep, c.zeroStep = headStep, zeroStep }

// LookLightly makes the next look at an empty ring a cheap one.
func (c *Consumer) LookLightly() { c.polls = 0 }

// Package many opens a thousand connections between two processes and counts what they cost: threads,
// descriptors, processor time, and what is left after Close.
package many

// Package interop tests that other languages and shmring understand each other: programs that share no
// code with it, written from docs/format.md, are the peers of its rings.
package interop

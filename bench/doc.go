// Package bench measures: the rings against the yardsticks under c/ and against what a Go program would
// use instead (command bench/ring), and the codecs and frames (go test -bench).
//
// README.md says with which command each published figure was made.
package bench

import "embed"

// Yardsticks holds the sources of the C yardsticks, below the folder "c". Read only.
//
//go:embed c/*.c c/*.h
var Yardsticks embed.FS

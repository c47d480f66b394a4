// Package bench measures: the rings against the baselines under c/ and against what a Go program would
// use instead (command bench/ring), and the codecs and frames (go test -bench).
//
// README.md says with which command each published figure was made.
package bench

import "embed"

// Baselines holds the sources of the C baselines, below the folder "c". Read only.
//
//go:embed c/*.c c/*.h
var Baselines embed.FS

//go:build race

package shmring

// raceDetector: this is an instrumented build.
const raceDetector = true

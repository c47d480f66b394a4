//go:build !race

package shmring

// raceDetector: this is not an instrumented build.
const raceDetector = false

//go:build race

package bincode_test

// raceDetector makes sync.Pool forget on purpose, so that allocations around it cannot be counted.
const raceDetector = true

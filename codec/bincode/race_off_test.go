//go:build !race

package bincode_test

const raceDetector = false

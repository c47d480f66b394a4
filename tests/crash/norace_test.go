//go:build !race

package crash

// raceDetector: this is not an instrumented build.
const raceDetector = false

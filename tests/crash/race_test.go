//go:build race

package crash

// raceDetector: this is an instrumented build.
const raceDetector = true

// Package hostile plays the peer that nobody should have to trust: it writes anything anywhere into a segment while the
// other side works, and holds that side to its promise. Every call ends, with data or with a typed error; none
// panics, hangs or reads beyond the ring.
//
// SHMRING_HOSTILE_ROUNDS=1000 go test ./tests/hostile -timeout 0 attacks for longer; the fuzz targets take
// go test -fuzz.
//
// It writes through the segment's file, as another process would.
package hostile

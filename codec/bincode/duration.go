package bincode

import (
	"math"
	"math/bits"
	"time"
)

// Duration is Rust's Duration in its full range. time.Duration has the same wire form and holds ±292 years;
// time.Time is Rust's SystemTime, from 1970 on.
type Duration struct {
	Secs  uint64
	Nanos uint32 // 0 ≤ Nanos < 1e9
}

const nanosPerSecond = uint32(time.Second)

// timeAt reads the seconds and nanoseconds of the value at p and judges them.
func (e *encoder) timeAt(s *step, p ptr) (secs uint64, nanos uint32) {
	switch s.code {
	case opGoDuration:
		v := *at[time.Duration](p)
		if v < 0 {
			e.fail(ErrDuration, "got %v, allowed from 0", v)
		}
		return uint64(v / time.Second), uint32(v % time.Second)
	case opTime:
		v := at[time.Time](p)
		if v.Unix() < 0 {
			e.fail(ErrDuration, "got %v, allowed from 1970-01-01 UTC", *v)
		}
		return uint64(v.Unix()), uint32(v.Nanosecond())
	}
	v := at[Duration](p)
	if v.Nanos >= nanosPerSecond {
		e.fail(ErrDuration, "got %d nanoseconds, allowed below %d", v.Nanos, nanosPerSecond)
	}
	return v.Secs, v.Nanos
}

// readTime reads seconds and nanoseconds, carries what is above a second, and judges the sum by the type.
func (d *decoder) readTime(code opcode, i int) (secs uint64, nanos uint32, next int) {
	secs, next = d.readUint(i, 8)
	if next < 0 {
		return 0, 0, -1
	}
	n, next := d.readUint(next, 4)
	if next < 0 {
		return 0, 0, -1
	}
	secs, carry := bits.Add64(secs, n/uint64(nanosPerSecond), 0)
	nanos = uint32(n % uint64(nanosPerSecond))
	switch {
	case carry != 0:
		return 0, 0, d.fail(i, ErrDuration, "got more than 2⁶⁴ seconds")
	case code == opTime && secs > math.MaxInt64:
		return 0, 0, d.fail(i, ErrDuration, "got %d seconds, allowed up to %d", secs, int64(math.MaxInt64))
	case code == opGoDuration && !fitsGo(secs, nanos):
		return 0, 0, d.fail(i, ErrDuration, "got %d.%09d seconds, time.Duration allows %v", secs, nanos, time.Duration(math.MaxInt64))
	}
	return secs, nanos, next
}

func fitsGo(secs uint64, nanos uint32) bool {
	const most = math.MaxInt64 / uint64(nanosPerSecond)
	return secs < most || secs == most && uint64(nanos) <= math.MaxInt64%uint64(nanosPerSecond)
}

func (d *decoder) getTime(s *step, p ptr, i int) int {
	secs, nanos, i := d.readTime(s.code, i)
	if i < 0 {
		return i
	}
	switch s.code {
	case opGoDuration:
		*at[time.Duration](p) = time.Duration(secs)*time.Second + time.Duration(nanos)
	case opTime:
		*at[time.Time](p) = time.Unix(int64(secs), int64(nanos)).UTC()
	default:
		*at[Duration](p) = Duration{secs, nanos}
	}
	return i
}

package cli

import "fmt"

// Flow is an amount of records in a time.
type Flow struct {
	Records uint64  `json:"records"`
	Bytes   uint64  `json:"bytes"`
	Seconds float64 `json:"seconds"`
}

func (f Flow) String() string {
	s := fmt.Sprintf("%d records, %s in %.3f s", f.Records, Approx(float64(f.Bytes)), f.Seconds)
	if f.Seconds > 0 {
		s += fmt.Sprintf(": %s million records/s, %s/s", Digits(f.Rate()/1e6), Approx(float64(f.Bytes)/f.Seconds))
	}
	return s
}

// Rate returns records per second, 0 where no time passed.
func (f Flow) Rate() float64 {
	if f.Seconds <= 0 {
		return 0
	}
	return float64(f.Records) / f.Seconds
}

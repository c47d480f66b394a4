package load

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func TestARecordOfAnySizeProvesItself(t *testing.T) {
	for n := MinSize; n < 400; n++ {
		b := bytes.Repeat([]byte{0xEE}, n)
		Stamp(b, 12345)
		if got, ok := Sequence(b); got != 12345 || !ok {
			t.Errorf("%d bytes: number %d, %t", n, got, ok)
		}
	}
	if _, ok := Sequence(make([]byte, MinSize-1)); ok {
		t.Error("a record without a number was accepted")
	}
}

func TestBytesOfAnotherRecordDoNotPass(t *testing.T) {
	for _, n := range []int{9, 15, 16, 17, 64, 72, 73, 80, 100, 1000} {
		a, b := make([]byte, n), make([]byte, n)
		Stamp(a, 1)
		Stamp(b, 2)
		copy(a[:8], b[:8]) // the number of one, the rest of the other
		if _, ok := Sequence(a); ok {
			t.Errorf("%d bytes: a torn record passed", n)
		}
	}
	for line := 64; line+64 < 1000; line += 64 { // one cache line is another record's
		a, b := make([]byte, 1000), make([]byte, 1000)
		Stamp(a, 1)
		Stamp(b, 1<<33+1)
		copy(a[line:line+64], b[line:line+64])
		if _, ok := Sequence(a); ok {
			t.Errorf("a record with a foreign line at %d passed", line)
		}
	}
}

// tally passes the numbers of one sender through a Tally.
func tally(numbers ...uint64) Received {
	var t Tally
	b := make([]byte, 64)
	for _, n := range numbers {
		Stamp(b, n)
		t.Record(1, 1, b)
	}
	t.Pause()
	return t.Result()
}

func TestTallyCountsEveryKindOfFault(t *testing.T) {
	for _, test := range []struct {
		name                        string
		numbers                     []uint64
		lost, reordered, duplicated uint64
	}{
		{"as sent", []uint64{0, 1, 2, 3}, 0, 0, 0},
		{"the first is missing", []uint64{1, 2}, 1, 0, 0},
		{"a gap", []uint64{0, 4, 5}, 3, 0, 0},
		{"two change places", []uint64{0, 2, 1, 3}, 0, 1, 0},
		{"a gap is filled from its middle", []uint64{0, 5, 3, 1, 4, 2}, 0, 4, 0},
		{"one twice at once", []uint64{0, 1, 1, 2}, 0, 0, 1},
		{"one again later", []uint64{0, 1, 2, 0}, 0, 0, 1},
		{"a late one twice", []uint64{0, 2, 1, 1}, 0, 1, 1},
	} {
		r := tally(test.numbers...)
		if r.Lost != test.lost || r.Reordered != test.reordered || r.Duplicated != test.duplicated || r.Corrupt != 0 {
			t.Errorf("%s: got %+v", test.name, r)
		}
		if n := uint64(len(test.numbers)); r.Records != n || r.Bytes != 64*n {
			t.Errorf("%s: %d records, %d bytes", test.name, r.Records, r.Bytes)
		}
		if want := test.lost + test.reordered + test.duplicated; r.Faults() != want {
			t.Errorf("%s: %d faults, want %d", test.name, r.Faults(), want)
		}
	}
}

func TestTallyCountsCorruptRecordsAndDoesNotBelieveTheirNumbers(t *testing.T) {
	var y Tally
	b := make([]byte, 64)
	for n := range uint64(4) {
		Stamp(b, n)
		if n == 2 {
			b[7] ^= 0x80
		}
		y.Record(1, 1, b)
	}
	r := y.Result()
	if r.Corrupt != 1 || r.Lost != 1 || r.Duplicated != 0 || r.Reordered != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestTallyFollowsEverySenderByItself(t *testing.T) {
	var y Tally
	b := make([]byte, 64)
	for n := range uint64(10) {
		for _, id := range [][2]uint16{{1, 1}, {2, 1}, {1, 2}} {
			Stamp(b, n)
			y.Record(id[0], id[1], b)
		}
	}
	if r := y.Result(); r.Faults() != 0 || r.Records != 30 || len(y.senders) != 3 {
		t.Errorf("got %+v from %d senders", r, len(y.senders))
	}
}

func TestTallyMidwayTakesTheFirstNumberAsItIs(t *testing.T) {
	y := Tally{Midway: true}
	b := make([]byte, 64)
	for _, n := range []uint64{500, 501, 503} {
		Stamp(b, n)
		y.Record(1, 1, b)
	}
	if r := y.Result(); r.Lost != 1 || r.Faults() != 1 {
		t.Errorf("got %+v", r)
	}
}

func TestRunTimesAsManyRoundTripsAsAskedFor(t *testing.T) {
	trips, asked := NewTrips(), 0
	err := trips.Run(Limit{Count: 1000}, 100, func(q []byte) ([]byte, error) { asked++; return q, nil })
	if r := trips.Result(); err != nil || r.Count != 1000 || asked != 1100 {
		t.Errorf("%v: %+v after %d questions, want 1000 timed and 100 not", err, r, asked)
	}
}

func TestRunRefusesAWrongAnswer(t *testing.T) {
	wrong := make([]byte, 64)
	Stamp(wrong, 1<<63)
	for name, answer := range map[string][]byte{"another number": wrong, "nothing": nil} {
		if err := NewTrips().Run(Limit{Count: 1}, 64, func([]byte) ([]byte, error) { return answer, nil }); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	want := errors.New("no answer")
	if err := NewTrips().Run(Limit{Count: 1}, 64, func([]byte) ([]byte, error) { return nil, want }); err != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestRoundTripsAreInOrder(t *testing.T) {
	trips := NewTrips()
	for i := range 1000 {
		trips.Record(time.Duration(i+1) * time.Microsecond)
	}
	trips.Record(time.Hour) // longer than what is told apart
	r := trips.Result()
	if r.Count != 1001 || r.P50 < 495_000 || r.P50 > 505_000 || r.P999 < 995_000 || r.Max < int64(time.Minute)*99/100 {
		t.Errorf("got %+v", r)
	}
}

func TestTimeCountsAllocations(t *testing.T) {
	var keep []byte
	c, err := Time(t.Context(), time.Millisecond, func() error { keep = make([]byte, 1000); return nil })
	if err != nil || c.Calls < 10 || c.Ns <= 0 || c.Allocs < 0.99 || len(keep) != 1000 {
		t.Errorf("%v: %+v", err, c)
	}
	want := errors.New("broken")
	if _, err := Time(t.Context(), time.Millisecond, func() error { return want }); err != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestShortFitsTheUnit(t *testing.T) {
	for ns, want := range map[int64]string{0: "0 ns", 999: "999 ns", 1500: "1.50 µs", 25_000: "25.0 µs", 250_000_000: "250 ms", 3e9: "3.00 s"} {
		if got := Short(ns); got != want {
			t.Errorf("%d ns: got %q, want %q", ns, got, want)
		}
	}
}

func BenchmarkTally(b *testing.B) {
	var y Tally
	record := make([]byte, 64)
	for n := range uint64(b.N) {
		Stamp(record, n)
		y.Record(1, 1, record)
	}
	if y.Result().Faults() > 0 {
		b.Fatal(y.Result())
	}
}

func BenchmarkStamp(b *testing.B) {
	record := make([]byte, 64)
	for n := range uint64(b.N) {
		Stamp(record, n)
	}
}

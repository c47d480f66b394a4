package load

import "testing"

func BenchmarkTallyRecord(b *testing.B) {
	var t Tally
	r := make([]byte, 64)
	for n := range uint64(b.N) {
		Stamp(r, n)
		t.Record(1, 1, r)
	}
	if t.Result().Faults() > 0 {
		b.Fatal(t.Result())
	}
}

func BenchmarkStamp(b *testing.B) {
	r := make([]byte, 64)
	for n := range uint64(b.N) {
		Stamp(r, n)
	}
}

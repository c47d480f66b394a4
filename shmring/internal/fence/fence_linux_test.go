package fence

import "testing"

func TestBarriersWorkAndRepeat(t *testing.T) {
	if membarrier(0) == false { // MEMBARRIER_CMD_QUERY
		t.Skip("the kernel was built without membarrier")
	}
	for range 3 {
		if !Register() || !Global() || !Private() {
			t.Fatal("membarrier(2) refused a command that every kernel since 4.16 knows")
		}
	}
}

func TestAnUnknownCommandIsReportedAsLacking(t *testing.T) {
	if membarrier(1 << 30) {
		t.Error("accepted")
	}
}

func BenchmarkGlobal(b *testing.B) {
	Register()
	for b.Loop() {
		Global()
	}
}

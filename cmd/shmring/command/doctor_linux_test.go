package command

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// found runs doctor on dir and returns its finding of this name.
func found(t *testing.T, dir, check string) finding {
	t.Helper()
	_, out, _ := run(t.Context(), strings.NewReader(""), "doctor", "--dir", dir, "--json")
	for _, f := range lines[finding](t, out) {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("no finding %q in:\n%s", check, out)
	return finding{}
}

func TestDoctorTriesLeasesWhereTheSegmentsAre(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	if f := found(t, none, "leases"); f.Verdict != failure || !strings.Contains(f.Found, none) {
		t.Errorf("got %+v, want a failure in %s", f, none)
	}
}

func TestDoctorSeesThatInodesAreShort(t *testing.T) {
	for _, c := range []struct {
		options, verdict, found string
	}{
		{"nr_inodes=1", failure, "0 of 1 free"},
		{"nr_inodes=10", note, "9 of 10 free"},
		{"nr_inodes=0", fine, "no limit"},
	} {
		dir := t.TempDir()
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64m,"+c.options); err != nil {
			t.Skipf("mounting a tmpfs needs the right to: %v", err)
		}
		f := found(t, dir, "inodes")
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
		if f.Verdict != c.verdict || f.Found != c.found {
			t.Errorf("%s: got %+v, want %s, %q", c.options, f, c.verdict, c.found)
		}
	}
}

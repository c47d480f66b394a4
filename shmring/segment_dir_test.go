package shmring

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestStaleFilesAreUnfinishedSegmentsOnly(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		".feed.shmring.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", // as Create names them
		".feed.other.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp",
		".\x1b[2J.shmring.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", "\x1b[2J.sock.lock", // not for a terminal
		".feed.shmring.SHORT.tmp", "feed.shmring", "feed.tmp",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := StaleFiles(WithDir(dir))
	if want := []string{filepath.Join(dir, ".feed.shmring.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := StaleFiles(WithDir(filepath.Join(dir, "none"))); err == nil {
		t.Error("a missing directory was accepted")
	}
}

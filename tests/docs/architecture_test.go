package docs

import (
	"path"
	"strings"
	"testing"
)

func TestArchitectureHasALineForEveryFileOfShmring(t *testing.T) {
	_, section, found := strings.Cut(read(t, "docs/ARCHITECTURE.md"), "\n## Files of package shmring\n")
	if !found {
		t.Fatal("docs/ARCHITECTURE.md has no section of this name")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	listed := map[string]bool{}
	for _, name := range spans(section) {
		if strings.HasSuffix(name, ".go") {
			listed[name] = true
		}
	}
	for _, file := range files(t, ".go") {
		if path.Dir(file) != "shmring" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		if !listed[path.Base(file)] {
			t.Errorf("%s is missing", file)
		}
		delete(listed, path.Base(file))
	}
	for name := range listed {
		t.Errorf("%s is listed and does not exist", name)
	}
}

func TestArchitectureHasALineForEveryLibraryPackage(t *testing.T) {
	text := read(t, "docs/ARCHITECTURE.md")
	seen := map[string]bool{}
	for _, file := range files(t, ".go") {
		pkg := path.Dir(file)
		if !library(file) || seen[pkg] || strings.Contains(pkg, "testdata") {
			continue
		}
		seen[pkg] = true
		if !strings.Contains(text, "`"+pkg+"`") && pkg != "codec/bincode/wire" {
			t.Errorf("package %s is missing", pkg)
		}
	}
}

package generate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmring/ipc/cmd/bincodegen/generate"
)

// TestGeneratedFilesInTheRepositoryAreUpToDate runs every go:generate line for bincodegen of these packages again.
func TestGeneratedFilesInTheRepositoryAreUpToDate(t *testing.T) {
	for _, file := range []string{"../internal/sample/sample.go", "../../../bench/internal/records/records.go"} {
		types, output := directive(t, file)
		got, err := generate.Code(filepath.Dir(file), types, output)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		want, err := os.ReadFile(filepath.Join(filepath.Dir(file), output))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what would be written now: run go generate in its folder", output)
		}
	}
}

// directive reads the types and the output file from the go:generate line of a file.
func directive(t *testing.T, file string) (types []string, output string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		words := strings.Fields(line)
		if len(words) == 7 && words[0] == "//go:generate" && words[3] == "-type" && words[5] == "-o" {
			return strings.Split(words[4], ","), words[6]
		}
		if len(words) == 8 && words[0] == "//go:generate" && strings.HasSuffix(words[3], "/bincodegen") {
			return strings.Split(words[5], ","), words[7]
		}
	}
	t.Fatalf("%s has no go:generate line for bincodegen", file)
	return nil, ""
}

// inPackage writes the source to a package of its own, in a module without requirements.
func inPackage(t *testing.T, source string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.org/p\n\ngo 1.26\n", "p.go": "package p\n\n" + source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOWORK", "off")
	return dir
}

func TestTypesThatCannotBeGeneratedAreErrorsThatNameTheField(t *testing.T) {
	for source, want := range map[string]string{
		`type T struct { A int; Events chan int }`:                              "type T: Events: chan int has no bincode form",
		`type T struct { In struct { Deep []map[string]func() } }`:              "type T: In.Deep.[].[]: func() has no bincode form",
		`type T struct { Shape interface{ Area() float64 } }`:                   "type T: Shape: the interface",
		`type T struct { A string ` + "`bincode:\"omitempty\"`" + ` }`:          `type T: A: unknown tag bincode:"omitempty"`,
		`type T struct { A string ` + "`bincode:\"enum=3\"`" + ` }`:             "type T: A: string is no integer type",
		`type T struct { A uint8 ` + "`bincode:\"enum=257\"`" + ` }`:            "type T: A: an enum of 257 variants does not fit uint8",
		`type T struct { A int8 ` + "`bincode:\"enum=129\"`" + ` }`:             "type T: A: an enum of 129 variants does not fit int8",
		`type T struct { A Missing }`:                                           "type T: A: its type could not be found",
		`type T struct { P uintptr }`:                                           "type T: P: uintptr has no bincode form",
		`type T[E any] struct { A E }`:                                          "type T: generic types",
		`type T interface{ M() }`:                                               "type T: pointer and interface types",
		`type T = struct{}`:                                                     "type T: not a type that can have methods",
		`var T struct{}`:                                                        "type T: ",
		`type U struct{}`:                                                       "type T: package example.org/p has no such type",
		`type T struct{}; func (T) AppendBincode(d []byte) []byte { return d }`: "type T: it has a method AppendBincode already",
		`type H struct{}; func (*H) AppendBincode(d []byte) ([]byte, error) { return d, nil }; type T struct { H *H }`: "type T: H: example.org/p.H has only one of",
	} {
		code, err := generate.Code(inPackage(t, source), []string{"T"}, "t_bincode.go")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngave %v and %d bytes, want %q", source, err, len(code), want)
		}
	}
}

func TestAFileThatIsWrittenAnewIsNotRead(t *testing.T) {
	dir := inPackage(t, "type T struct{ A uint8 }\n\nvar _, _ = (*T).AppendBincode(nil, nil)\n")
	if err := os.WriteFile(filepath.Join(dir, "t_bincode.go"), []byte("package p\n\nthis is no Go\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, err := generate.Code(dir, []string{"T"}, "t_bincode.go"); err != nil || !bytes.Contains(code, []byte("func (v *T) AppendBincode")) {
		t.Errorf("%s, %v", code, err)
	}
}

func TestNamesOfThePackageAreNotTakenTwice(t *testing.T) {
	dir := inPackage(t, `
type wire struct{ N uint32 }
type binary []wire
type T struct{ W wire; B binary }
func sizeBincodeT() {}
func checkBincodeSliceBinary() {}
`)
	code, err := generate.Code(dir, []string{"T"}, "t_bincode.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`wire2 "github.com/shmring/ipc/codec/bincode/wire"`, `binary2 "encoding/binary"`, "func sizeBincodeT2(v *T)", "func checkBincodeSliceBinary2(b []byte, i, text int)"} {
		if !bytes.Contains(code, []byte(want)) {
			t.Errorf("no %q in\n%s", want, code)
		}
	}
}

func TestTheCodeOfASmallTypeIsTheGoldenOne(t *testing.T) {
	source, err := os.ReadFile("testdata/point.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, err := generate.Code(inPackage(t, strings.TrimPrefix(string(source), "package p\n\n")), []string{"Point"}, "point_bincode.go")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/point_bincode.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s", got)
	}
}

package bincode_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// vectorLine is one line of a vector file: what the reference implementation did.
type vectorLine struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Config string `json:"config"`
	Type   struct {
		Rust   string  `json:"rust"`
		Schema *schema `json:"schema"`
	} `json:"type"`
	Value     any    `json:"value"`
	Hex       string `json:"hex"`
	Unordered bool   `json:"unordered"`
	Consumed  *int   `json:"consumed"`
	Options   struct {
		Limit    *uint64 `json:"limit"`
		Trailing string  `json:"trailing"`
		Input    string  `json:"input"`
	} `json:"options"`
	Error struct {
		Class string `json:"class"`
	} `json:"error"`
	Note string `json:"note"`
}

// base is the name without the version, version is 1, 2 or 0.
func (l *vectorLine) base() string {
	return strings.TrimSuffix(strings.TrimSuffix(l.Name, "#v1"), "#v2")
}

func (l *vectorLine) version() int {
	switch {
	case strings.HasSuffix(l.Name, "#v1"):
		return 1
	case strings.HasSuffix(l.Name, "#v2"):
		return 2
	}
	return 0
}

// readVectors reads the file of the environment variable SHMRING_VECTORS, or testdata/open.jsonl.
func readVectors(t *testing.T) []*vectorLine {
	t.Helper()
	name := os.Getenv("SHMRING_VECTORS")
	if name == "" {
		name = "testdata/open.jsonl"
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []*vectorLine
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<28)
	for in.Scan() {
		d := json.NewDecoder(strings.NewReader(in.Text()))
		d.UseNumber()
		l := new(vectorLine)
		if err := d.Decode(l); err != nil {
			t.Fatalf("%s line %d: %v", name, len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	if len(lines) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return lines
}

// schema is a Rust type as data.
type schema struct {
	K            string          `json:"k"`
	Name         string          `json:"name"`
	Inner        *schema         `json:"inner"`
	Elem         *schema         `json:"elem"`
	Elems        []*schema       `json:"elems"`
	N            int             `json:"n"`
	Fields       []schemaField   `json:"fields"`
	Key          *schema         `json:"key"`
	Val          *schema         `json:"val"`
	Ok           *schema         `json:"ok"`
	Err          *schema         `json:"err"`
	Sorted       bool            `json:"sorted"`
	Variants     []schemaVariant `json:"variants"`
	UnitVariants int             `json:"unit_variants"`
}

type schemaField struct {
	Name string
	Type *schema
}

func (f *schemaField) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&f.Name, &f.Type})
}

type schemaVariant struct {
	schema
	Tag  int    `json:"tag"`
	Kind string `json:"kind"`
}

// dataEnum reports whether a variant carries data.
func (s *schema) dataEnum() bool {
	for _, v := range s.Variants {
		if v.Kind != "unit" {
			return true
		}
	}
	return false
}

// walk calls f for s and every schema inside it.
func (s *schema) walk(f func(*schema)) {
	if s == nil {
		return
	}
	f(s)
	for _, x := range []*schema{s.Inner, s.Elem, s.Key, s.Val, s.Ok, s.Err} {
		x.walk(f)
	}
	for _, x := range s.Elems {
		x.walk(f)
	}
	for _, x := range s.Fields {
		x.Type.walk(f)
	}
	for i := range s.Variants {
		s.Variants[i].schema.walk(f)
	}
}

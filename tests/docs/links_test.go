package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var linkForm = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestEveryRelativeLinkLeadsToAFileAndAHeading(t *testing.T) {
	checked := 0
	for _, doc := range files(t, ".md") {
		for i, line := range prose(read(t, doc)) {
			for _, m := range linkForm.FindAllStringSubmatch(line, -1) {
				if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
					continue
				}
				checked++
				file, anchor, _ := strings.Cut(m[1], "#")
				target := doc
				if file != "" {
					target = path.Join(path.Dir(doc), file)
				}
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
					t.Errorf("%s:%d: %s: there is no %s", doc, i+1, m[1], target)
				} else if anchor != "" && !anchors(read(t, target))[anchor] {
					t.Errorf("%s:%d: %s: no heading of %s has this name", doc, i+1, m[1], target)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no link found: the test looks in the wrong place")
	}
}

func TestAnchorsAreFormedAsCodeHostsFormThem(t *testing.T) {
	got := anchors("# The `Send` call\n\n```\n# not a heading\n```\n## Why, and how?\n## Why, and how?\n#hashtag\n")
	for _, want := range []string{"the-send-call", "why-and-how", "why-and-how-1"} {
		if !got[want] {
			t.Errorf("%q is missing in %v", want, got)
		}
	}
	if len(got) != 3 {
		t.Errorf("got %v", got)
	}
}

package docs

import (
	"fmt"
	"strings"
)

// A block is one fenced block of a Markdown file.
type block struct {
	line     int    // of its first line of text, counted from 1
	language string // what stands behind the fence
	text     string
	before   string // the last line before the fence that is not empty
}

// blocks returns the fenced blocks of a Markdown text.
func blocks(markdown string) []block {
	var found []block
	var open *block
	before := ""
	for i, line := range strings.Split(markdown, "\n") {
		switch rest, fence := strings.CutPrefix(strings.TrimLeft(line, " "), "```"); {
		case fence && open == nil:
			open = &block{line: i + 2, language: strings.TrimSpace(rest), before: before}
		case fence:
			found = append(found, *open)
			open, before = nil, ""
		case open != nil:
			open.text += line + "\n"
		case strings.TrimSpace(line) != "":
			before = line
		}
	}
	return found
}

// unfenced returns a Markdown text with its fenced blocks blanked, as many lines as before.
func unfenced(markdown string) string {
	lines := strings.Split(markdown, "\n")
	fenced := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimLeft(line, " "), "```")
		if fenced || fence {
			lines[i] = ""
		}
		if fence {
			fenced = !fenced
		}
	}
	return strings.Join(lines, "\n")
}

// prose returns the lines of a Markdown text without what is code in it, blocks or spans.
func prose(markdown string) []string {
	parts := strings.Split(unfenced(markdown), "`")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = strings.Repeat("\n", strings.Count(parts[i], "\n"))
	}
	return strings.Split(strings.Join(parts, "`"), "\n")
}

// anchors returns the names that links may use for the headings of a Markdown text, as code hosts form
// them: lower case, punctuation dropped, spaces made hyphens, a number behind repetitions.
func anchors(markdown string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.SplitSeq(unfenced(markdown), "\n") {
		title := strings.TrimLeft(line, "#")
		if title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		name := slug(strings.TrimSpace(title))
		for n, base := 1, name; names[name]; n++ {
			name = fmt.Sprint(base, "-", n)
		}
		names[name] = true
	}
	return names
}

func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127:
			return r
		}
		return -1
	}, strings.ToLower(title))
}

package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/layout"
)

// Version says which program this is, and what it can exchange memory with.
type Version struct {
	Program string `json:"program"`
	Module  string `json:"module"`            // its version: v1.2.3, or (devel) if it was built from a checkout
	Commit  string `json:"commit,omitempty"`  // of the checkout
	Changed bool   `json:"changed,omitempty"` // the checkout has changes that are not in the commit
	Format  int    `json:"memory_format"`     // of the segments that it reads and writes
	Go      string `json:"go"`
	System  string `json:"system"`
}

// ThisVersion describes the running program.
func ThisVersion(program string) Version {
	v := Version{
		Program: program, Module: "(devel)", Format: layout.FormatVersion, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Module = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Changed = s.Value == "true"
		}
	}
	return v
}

func (v Version) String() string {
	s := fmt.Sprintf("%s %s", v.Program, v.Module)
	if v.Commit != "" {
		s += " (" + v.Commit[:min(12, len(v.Commit))]
		if v.Changed {
			s += ", changed"
		}
		s += ")"
	}
	return s + fmt.Sprintf(", memory format %d, %s, %s", v.Format, v.Go, v.System)
}

// NewVersion returns the command version of a program.
func NewVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of this program, of the memory format and of Go",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return Report(cmd, ThisVersion(cmd.Root().Name())) },
	}
}

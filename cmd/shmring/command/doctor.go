package command

import (
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
)

func newDoctor() *cobra.Command {
	var r cli.Ring
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what this machine has for rings, and say what it means",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return examine(cmd, &r) },
	}
	r.FlagDir(cmd.Flags())
	return cmd
}

// verdict of a finding.
const (
	fine    = "good"
	note    = "note" // works, but not as well as it could
	failure = "fail" // does not work
)

// finding is one line of doctor.
type finding struct {
	Check   string `json:"check"`
	Verdict string `json:"verdict"`
	Found   string `json:"found"`
	Meaning string `json:"meaning,omitempty"` // absent where there is nothing to do or to know
}

func (f finding) String() string {
	s := fmt.Sprintf("%-4s  %-14s %s", f.Verdict, f.Check, f.Found)
	if f.Meaning != "" {
		s += fmt.Sprintf("\n%21s%s", "", f.Meaning)
	}
	return s
}

// examine prints all findings and fails if one of them does.
func examine(cmd *cobra.Command, r *cli.Ring) error {
	findings := append([]finding{processors(), selfTest(r)}, systemFindings(r)...)
	failed := 0
	for _, f := range findings {
		if err := cli.Report(cmd, f); err != nil {
			return err
		}
		if f.Verdict == failure {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(findings))
	}
	return nil
}

func processors() finding {
	cpus, procs := runtime.NumCPU(), runtime.GOMAXPROCS(0)
	f := finding{Check: "processors", Verdict: fine, Found: fmt.Sprintf("%d, GOMAXPROCS %d", cpus, procs)}
	if cpus == 1 || procs == 1 {
		f.Verdict, f.Meaning = note, "nobody spins: a peer cannot do anything while we look"
	}
	if os.Getenv("GOMAXPROCS") != "" {
		f.Found += " (from the environment)"
	}
	return f
}

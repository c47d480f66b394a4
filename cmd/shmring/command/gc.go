package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

type gcFlags struct {
	cli.Ring
	grace  time.Duration
	all    bool
	dryRun bool
}

func newGC() *cobra.Command {
	var f gcFlags
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Remove segments that no living process holds",
		Long: "Remove segments in which no living process has a role, the unfinished files of creators that were\n" +
			"killed, and the sockets of listeners that were. Segments with unread records are kept, and so is\n" +
			"whatever is younger than --grace: somebody may be about to use it. A process that has a segment open\n" +
			"without being producer or consumer is not seen, and cannot become one after the removal.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.FlagDir(cmd.Flags())
	cmd.Flags().DurationVar(&f.grace, "grace", time.Minute, "age below which nothing is removed")
	cmd.Flags().BoolVar(&f.all, "all", false, "remove segments with unread records too")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "only say what would be removed")
	return cmd
}

func (f *gcFlags) run(cmd *cobra.Command) error {
	if f.grace < 0 {
		return cli.Usage("--grace %v: want 0 or more", f.grace)
	}
	infos, err := shmring.List(f.DirOptions()...)
	if err != nil {
		return err
	}
	paths, err := shmring.StaleFiles(f.DirOptions()...)
	if err != nil {
		return err
	}
	var errs []error
	for _, info := range infos {
		errs = append(errs, f.collect(cmd, info))
	}
	for _, path := range paths {
		errs = append(errs, f.collectStale(cmd, path))
	}
	return errors.Join(errs...)
}

// keepError is why something is kept.
type keepError struct{ reason string }

func (e *keepError) Error() string { return e.reason }

func keep(format string, args ...any) error { return &keepError{fmt.Sprintf(format, args...)} }

// collect removes a segment or says why not.
func (f *gcFlags) collect(cmd *cobra.Command, info shmring.Info) error {
	err := error(nil)
	if info.Error != "" {
		err = keep("not understood: %s", info.Error)
	}
	if err == nil {
		err = look(&f.Ring, info.Name, f.examine)
	}
	if err == nil && !f.dryRun {
		// Once more, now that nobody can attach any more.
		err = shmring.RemoveUnused(info.Name, f.examine, f.DirOptions()...)
	}
	return f.report(cmd, info.Name, "nobody holds it", err)
}

// examine returns why a segment is kept, or nil.
func (f *gcFlags) examine(s *shmring.Segment) error {
	info := s.Info()
	age := info.Age
	for _, p := range info.Parties {
		if p.Alive {
			return keep("%s process %d is attached", p.Role, p.PID)
		}
		age = min(age, p.Age)
	}
	if age < f.grace {
		return keep("in use %v ago", age.Round(time.Second))
	}
	if f.all {
		return nil
	}
	unread := 0
	err := s.Dump(func(e shmring.Entry) error {
		if e.State == shmring.EntryRecord && !e.Released {
			unread++
		}
		return nil
	})
	switch {
	case err != nil:
		return keep("not understood: %v", err)
	case unread > 0:
		return keep("%d unread records (--all removes it)", unread)
	}
	return nil
}

// collectStale removes what a killed process left.
func (f *gcFlags) collectStale(cmd *cobra.Command, path string) error {
	reason := "its listener is gone"
	var err error
	if strings.HasPrefix(filepath.Base(path), ".") {
		reason, err = "its creator was killed", f.examineUnfinished(path)
	}
	if err == nil && !f.dryRun {
		err = shmring.RemoveStaleFile(path)
	}
	return f.report(cmd, path, reason, err)
}

// examineUnfinished returns why an unfinished segment is kept, or nil. Creators of this library lock what they work on;
// others may not.
func (f *gcFlags) examineUnfinished(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if age := max(time.Since(info.ModTime()), 0); age < f.grace {
		return keep("changed %v ago: somebody may be at work on it", age.Round(time.Second))
	}
	return nil
}

// report says what became of a name: err is nil if it was removed for this reason, or would be. What another user's
// directory rights forbid, or somebody uses by now, is kept; what somebody else removed meanwhile is gone, which is all
// that was wanted.
func (f *gcFlags) report(cmd *cobra.Command, name, reason string, err error) error {
	var kept *keepError
	var busy *shmring.BusyError
	r := removed{Name: name, Reason: reason}
	switch {
	case err == nil:
		r.Removed, r.Would = !f.dryRun, f.dryRun
	case errors.As(err, &kept):
		r.Reason = kept.reason
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, fs.ErrPermission):
		r.Reason = "it belongs to another user"
	case errors.As(err, &busy) && busy.PID != 0:
		r.Reason = fmt.Sprintf("%s process %d is attached", busy.Role, busy.PID)
	case busy != nil:
		r.Reason = busy.Why
	case errors.Is(err, shmring.ErrBusy):
		r.Reason = "a process listens there"
	default:
		return err
	}
	return cli.Report(cmd, r)
}

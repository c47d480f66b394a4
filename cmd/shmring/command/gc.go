package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
			"without being producer or consumer is not seen.",
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
		reason, keep := f.judge(info)
		errs = append(errs, f.settle(cmd, info.Name, reason, keep, func() error { return shmring.Remove(info.Name, f.DirOptions()...) }))
	}
	for _, path := range paths {
		reason, keep := f.judgeStale(path)
		errs = append(errs, f.settle(cmd, path, reason, keep, func() error { return shmring.RemoveStaleFile(path) }))
	}
	return errors.Join(errs...)
}

// settle removes what is not kept and says so. What another user's directory rights forbid is skipped with a
// word; what somebody else removed meanwhile is gone, which is all that was wanted.
func (f *gcFlags) settle(cmd *cobra.Command, name, reason string, keep bool, remove func() error) error {
	r := removed{Name: name, Removed: !keep, Reason: reason}
	if !keep && f.dryRun {
		r.Removed, r.Would = false, true
	} else if !keep {
		err := remove()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case errors.Is(err, fs.ErrPermission):
			r.Removed, r.Reason = false, "it belongs to another user"
		case errors.Is(err, shmring.ErrBusy):
			r.Removed, r.Reason = false, "a process listens there"
		case err != nil:
			return err
		}
	}
	return cli.Report(cmd, r)
}

// judge says whether a segment stays, and why.
func (f *gcFlags) judge(info shmring.Info) (reason string, keep bool) {
	if info.Error != "" {
		return "not understood: " + info.Error, true
	}
	youngest := info.Created
	for _, p := range info.Parties {
		if p.Alive {
			return fmt.Sprintf("%s process %d is attached", p.Role, p.PID), true
		}
		if p.Attached.After(youngest) {
			youngest = p.Attached
		}
	}
	if time.Since(youngest) < f.grace {
		return fmt.Sprintf("in use %v ago", time.Since(youngest).Round(time.Second)), true
	}
	unread := 0
	err := look(&f.Ring, info.Name, func(s *shmring.Segment) error {
		return s.Dump(func(e shmring.Entry) error {
			if e.State == shmring.EntryRecord && !e.Released {
				unread++
			}
			return nil
		})
	})
	switch {
	case err != nil && !f.all:
		return "not understood: " + err.Error(), true
	case unread > 0 && !f.all:
		return fmt.Sprintf("%d unread records (--all removes it)", unread), true
	}
	return "nobody holds it", false
}

// judgeStale says whether what somebody left stays, and why.
func (f *gcFlags) judgeStale(path string) (reason string, keep bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return err.Error(), true
	}
	if !strings.HasPrefix(info.Name(), ".") {
		return "its listener is gone", false // its lock says so
	}
	if age := time.Since(info.ModTime()); age < f.grace {
		return fmt.Sprintf("somebody may be at work on it: changed %v ago", age.Round(time.Second)), true
	}
	return "its creator was killed", false
}

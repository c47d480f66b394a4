package cli

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/shmring"
)

// remedy says what to do about err at the command line, where err does not say so itself.
func remedy(err error) string {
	var segment *shmring.SegmentError
	var busy *shmring.BusyError
	switch {
	case errors.Is(err, shmring.ErrKind):
		return ": leave out --kind, or remove the ring (shmring rm) and make it anew"
	case errors.As(err, &busy) && busy.PID == 0:
	case busy != nil && busy.Role == shmring.RoleProducer:
		return ": this ring has one producer, rings made with --kind mpsc have many"
	case busy != nil && busy.Role == shmring.RoleConsumer:
		return ": a ring has one consumer at a time"
	case errors.As(err, &segment) && errors.Is(err, fs.ErrNotExist) && (segment.Op == "open" || segment.Op == "remove"):
		return ": there is no such ring (shmring ls shows those there are)"
	}
	return ""
}

var excluding = regexp.MustCompile(`\[(\w+) (\w+)\] were all set$`)

// plainly says in fewer words than cobra that two flags were set of which only one may be.
func plainly(err error) error {
	if err == nil {
		return nil
	}
	if m := excluding.FindStringSubmatch(err.Error()); m != nil {
		return Usage("--%s and --%s exclude each other", m[1], m[2])
	}
	return err
}

// inFlags names options of the library as the flags of cmd that stand for them.
func inFlags(cmd *cobra.Command, text string) string {
	if cmd.Flags().Lookup("capacity") == nil {
		return strings.ReplaceAll(text, "use a smaller WithCapacity", "use another --dir")
	}
	return strings.NewReplacer(
		"(WithMaxRecord, WithCapacity)", "(a ring made with a larger --capacity takes larger ones)",
		"WithCapacity", "--capacity", "WithKind", "--kind",
	).Replace(text)
}

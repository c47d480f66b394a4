package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/shmring"
)

// Exit codes.
const (
	ExitGood    = 0
	ExitFailure = 1
	ExitUsage   = 2
)

// Main runs root as this process's command and returns the exit code. Interrupt and termination signals
// end the command's context; a second one ends the process.
func Main(root *cobra.Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return Run(ctx, root, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// Run runs root with the given arguments and streams and returns the exit code.
func Run(ctx context.Context, root *cobra.Command, args []string, in io.Reader, out, diagnostics io.Writer) int {
	began := false
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		err := plainly(cmd.ValidateFlagGroups()) // cobra would do so only after this
		began = err == nil
		return err
	}
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(diagnostics)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return ExitGood
	}
	fmt.Fprintf(diagnostics, "%s: %s\n", root.Name(), describe(cmd, err))
	if !began || isUsage(err) {
		fmt.Fprintf(diagnostics, "Try '%s --help'.\n", cmd.CommandPath())
		return ExitUsage
	}
	return ExitFailure
}

// UsageError is a command line that asks for something impossible.
type UsageError struct{ Reason string }

func (e *UsageError) Error() string { return e.Reason }

// Usage returns a [UsageError].
func Usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// OneName accepts the arguments of a command that takes the name of a segment.
func OneName(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return Usage("one NAME is wanted, got %q", args)
	}
	return Names(cmd, args)
}

// Names accepts the arguments of a command that takes one or more names of segments.
func Names(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return Usage("NAME is missing")
	}
	return nil
}

func isUsage(err error) bool {
	var usage *UsageError
	return errors.As(err, &usage) || errors.Is(err, shmring.ErrName) || errors.Is(err, shmring.ErrOption)
}

// describe says what went wrong with cmd, and what to do.
func describe(cmd *cobra.Command, err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return inFlags(cmd, strings.TrimPrefix(err.Error(), cmd.Root().Name()+": ")) + remedy(err)
}

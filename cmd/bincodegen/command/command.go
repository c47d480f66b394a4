// Package command is the command line of bincodegen.
package command

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/shmring/ipc/cmd/bincodegen/generate"
)

// The exit codes.
const (
	exitGood    = 0
	exitFailure = 1
	exitUsage   = 2
)

const usage = `bincodegen writes AppendBincode, SizeBincode, UnmarshalBincode and UnmarshalBincodeBorrow for types of a
package, in a file beside them:

	//go:generate go run github.com/shmring/ipc/cmd/bincodegen -type Order,Trade

The methods give the bytes, the values and the errors that package bincode gives in its default
configuration, faster. bincode.Of, Marshal and Unmarshal call them where a type has them.

Usage: bincodegen -type T,… [-o file] [-check] [directory]
       bincodegen version

`

// Run runs the command with its arguments and returns its exit code.
func Run(args []string, out, diagnostics io.Writer) int {
	flags := flag.NewFlagSet("bincodegen", flag.ContinueOnError)
	flags.SetOutput(diagnostics)
	types := flags.String("type", "", "the `types` to write methods for, separated by commas")
	output := flags.String("o", "", "the output `file` within the directory, - for standard output (default T_bincode.go, T the first type in lower case)")
	check := flags.Bool("check", false, "write nothing; fail if the output file is not what would be written")
	flags.Usage = func() {} // Parse calls it for errors and for help alike
	if len(args) == 1 && args[0] == "version" {
		return printVersion(out)
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return printUsage(out, flags)
	case err != nil:
		printUsage(diagnostics, flags)
		return exitUsage
	case *types == "":
		return misused(flags, "-type is missing")
	case flags.NArg() > 1:
		return misused(flags, fmt.Sprintf("want one directory, got %q", flags.Args()))
	}
	dir := "."
	if flags.NArg() == 1 {
		dir = flags.Arg(0)
	}
	names := strings.Split(*types, ",")
	file := strings.ToLower(names[0]) + "_bincode.go"
	if *output != "" && *output != "-" {
		file = *output
	}
	if *output != "-" {
		out = nil
	}
	if err := run(dir, names, file, *check, out); err != nil {
		fmt.Fprintf(diagnostics, "bincodegen: %v\n", err)
		return exitFailure
	}
	return exitGood
}

// misused says what is wrong with the arguments, and which there are.
func misused(flags *flag.FlagSet, reason string) int {
	fmt.Fprintf(flags.Output(), "bincodegen: %s\n\n", reason)
	printUsage(flags.Output(), flags)
	return exitUsage
}

// printUsage prints what the command does and which arguments it takes.
func printUsage(to io.Writer, flags *flag.FlagSet) int {
	defer flags.SetOutput(flags.Output())
	flags.SetOutput(to)
	if _, err := fmt.Fprint(to, usage); err != nil {
		return exitFailure
	}
	flags.PrintDefaults()
	return exitGood
}

// printVersion prints the versions of the module and of Go.
func printVersion(to io.Writer) int {
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	if _, err := fmt.Fprintf(to, "bincodegen %s, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH); err != nil {
		return exitFailure
	}
	return exitGood
}

// run writes the file, to out if that is not nil.
func run(dir string, names []string, output string, check bool, out io.Writer) error {
	code, err := generate.Code(dir, names, output)
	if err != nil {
		return err
	}
	if out != nil {
		_, err := out.Write(code)
		return err
	}
	path := filepath.Join(dir, output)
	if !check {
		return os.WriteFile(path, code, 0o666)
	}
	have, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, code) {
		return fmt.Errorf("%s is not what would be written now: run go generate", path)
	}
	return nil
}

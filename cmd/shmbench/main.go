// Command shmbench measures shared-memory rings against what a Go program would use instead.
//
//	shmbench            # ten seconds: a table and a sentence
//	shmbench --help     # its parts, to be run by themselves or by other programs
package main

import (
	"os"

	"github.com/shmring/ipc/cmd/shmbench/command"
)

func main() { os.Exit(command.Main()) }

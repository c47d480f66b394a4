// Command bincodegen writes Go code that encodes and decodes types as package bincode does, without reflection.
//
//	//go:generate go run github.com/shmring/ipc/cmd/bincodegen -type Order,Trade
//
// See bincodegen -h.
package main

import (
	"os"

	"github.com/shmring/ipc/cmd/bincodegen/command"
)

func main() { os.Exit(command.Run(os.Args[1:], os.Stdout, os.Stderr)) }

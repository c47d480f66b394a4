// Command shmring looks at segments and streams through them.
//
//	tar -cf - src | shmring send feed      # in one terminal
//	shmring recv feed | tar -xf -          # in another
//	shmring ls
package main

import (
	"os"

	"github.com/shmring/ipc/cmd/shmring/command"
)

func main() { os.Exit(command.Main()) }

package command

import (
	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/lane"
	"github.com/shmring/ipc/shmring"
)

func newSweep() *cobra.Command {
	f := compareFlags{sizes: cli.Sizes{8, 64, 256, 1 << 10, 4 << 10, 16 << 10}, rounds: 3}
	capacities := cli.Sizes{64 << 10, 1 << 20, 16 << 20}
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Measure the ring alone, over record sizes, capacities and kinds",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := sweepEntries(f.Dir, capacities, f.sizes)
			if err != nil {
				return err
			}
			return f.run(cmd, "sweep", entries)
		},
	}
	f.register(cmd, "combination")
	cmd.Flags().Var(&capacities, "capacities", "sizes of the ring")
	return cmd
}

// sweepEntries combines capacities with the ways to send.
func sweepEntries(dir string, capacities, sizes cli.Sizes) ([]entry, error) {
	var entries []entry
	for _, capacity := range capacities {
		for _, size := range sizes {
			if size > capacity/4 {
				return nil, cli.Usage("records of %s in a ring of %s: want up to a quarter of it", size, capacity)
			}
		}
		for _, c := range []lane.Contender{{Kind: shmring.SPSC}, {Kind: shmring.SPSC, Batch: 32}, {Kind: shmring.MPSC}} {
			c.Transport, c.Dir, c.Capacity = lane.Ring, dir, int64(capacity)
			entries = append(entries, entry{c.Name() + ", " + capacity.String(), c})
		}
	}
	return entries, nil
}

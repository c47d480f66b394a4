package command

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

type recvFlags struct {
	cli.Ring
	lines  bool
	framed bool
	split  string
	count  uint64
	linger time.Duration
}

func newRecv() *cobra.Command {
	var f recvFlags
	cmd := &cobra.Command{
		Use:   "recv NAME",
		Short: "Receive from a ring to standard output, or to one file per sender",
		Long: "Receive from a ring to standard output, byte for byte what was sent. recv may be started before or after\n" +
			"the senders. It ends when the last of them has: well if that was closed, with exit code 1 if it died. A\n" +
			"record is given back to the ring only after it was written out.\n\n" +
			"With --json every record is a line of JSON, its payload in base64.",
		Args:              cli.OneName,
		ValidArgsFunction: f.Names,
		RunE:              func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.FlagShape(cmd.Flags())
	f.FlagWait(cmd.Flags())
	flags := cmd.Flags()
	flags.BoolVar(&f.lines, "lines", false, "write a newline after every record")
	flags.BoolVar(&f.framed, "framed", false, "write every record's length before it, in 4 bytes, little endian")
	flags.StringVar(&f.split, "split", "", "write one new file per sender into this directory, named by slot and generation")
	flags.Uint64Var(&f.count, "count", 0, "end after so many records; 0: at the end of the stream")
	flags.BoolVar(&f.Follow, "follow", false, "at the end of the stream wait for the next sender")
	flags.DurationVar(&f.linger, "linger", time.Second, "in an mpsc ring: how long to wait for another sender when all have gone")
	cmd.MarkFlagsMutuallyExclusive("lines", "framed")
	cmd.MarkFlagsMutuallyExclusive("follow", "linger")
	return cmd
}

func (f *recvFlags) run(cmd *cobra.Command, name string) (err error) {
	ctx := cmd.Context()
	out, err := f.output(cmd)
	if err != nil {
		return err
	}
	if f.split != "" {
		f.NewKind = shmring.MPSC
	}
	seg, err := f.Join(ctx, name)
	if err != nil {
		return errors.Join(err, out.close())
	}
	defer func() { err = errors.Join(err, seg.Close()) }()
	c, err := seg.Consumer()
	if err != nil {
		return errors.Join(err, out.close())
	}
	info := seg.Info()
	linger := cli.Linger{}
	if info.Kind == shmring.MPSC.String() {
		linger.For = f.linger
	}
	return errors.Join(f.receive(ctx, c, out, info.Capacity/stepsPerRing, &linger), out.close())
}

const (
	stepsPerRing = 8    // records are released when they make up this part of the ring,
	stepRecords  = 4096 // or are so many
)

// output is where records go.
type output interface {
	write(shmring.Record) error
	flush() error // what was written so far is out
	close() error
}

func (f *recvFlags) output(cmd *cobra.Command) (output, error) {
	write := writeRaw
	switch {
	case cli.JSON(cmd) && f.split == "":
		write = writeJSON
	case f.lines:
		write = writeLine
	case f.framed:
		write = writeFramed
	}
	if f.split != "" {
		return newSplit(cmd, f.split, write)
	}
	return &stream{bufio.NewWriterSize(cmd.OutOrStdout(), chunk), write}, nil
}

// receive passes everything on. Records are released when they were written out: should we die, the next
// receiver gets them again.
func (f *recvFlags) receive(ctx context.Context, c *shmring.Consumer, out output, step uint64, linger *cli.Linger) error {
	var records, held, bytes uint64 // held, bytes: not released yet
	release := func() error {
		err := out.flush()
		if err == nil {
			c.Release()
			held, bytes = 0, 0
		}
		return err
	}
	for f.count == 0 || records < f.count {
		r, err := c.TryNext()
		if errors.Is(err, shmring.ErrEmpty) || errors.Is(err, shmring.ErrFull) {
			if err := release(); err != nil {
				return err
			}
			r, err = c.Next(ctx)
		}
		if err == io.EOF || errors.Is(err, shmring.ErrPeerDied) {
			if err := release(); err != nil {
				return err
			}
			if linger.Again(ctx) {
				continue
			}
		}
		if err == io.EOF {
			return ctx.Err() // interrupted while it lingered
		} else if err != nil {
			return err
		}
		linger.Reset()
		if err := out.write(r); err != nil {
			return err
		}
		records++
		held++
		if bytes += uint64(len(r.Payload)); bytes >= step || held >= stepRecords {
			if err := release(); err != nil {
				return err
			}
		}
	}
	return release()
}

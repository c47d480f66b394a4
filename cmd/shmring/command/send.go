package command

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

type sendFlags struct {
	cli.Ring
	lines  bool
	framed bool
}

func newSend() *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send NAME",
		Short: "Send standard input into a ring",
		Long: "Send standard input into a ring, which is created if there is none. By default the input is a stream of\n" +
			"bytes, cut into records where it happens to be convenient; recv puts it together again. A full ring\n" +
			"makes send wait. If it is interrupted, or its input fails, the receiver learns that the end is missing.",
		Example:           "  tar -cf - src | shmring send feed\n  shmring recv feed | tar -xf -",
		Args:              cli.OneName,
		ValidArgsFunction: f.Names,
		RunE:              func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.FlagShape(cmd.Flags())
	f.FlagWait(cmd.Flags())
	cmd.Flags().BoolVar(&f.lines, "lines", false, "every line is a record, without its newline")
	cmd.Flags().BoolVar(&f.framed, "framed", false, "the input is records, each behind its length in 4 bytes, little endian")
	cmd.MarkFlagsMutuallyExclusive("lines", "framed")
	return cmd
}

func (f *sendFlags) run(cmd *cobra.Command, name string) error {
	ctx := cmd.Context()
	seg, err := f.OpenOrCreate(ctx, name)
	if err != nil {
		return err
	}
	p, err := seg.Producer()
	if err != nil {
		return errors.Join(err, seg.Close())
	}
	begun := time.Now()
	flow, err := f.send(ctx, p, cmd.InOrStdin(), seg.Info())
	if err != nil {
		// Not closed: to the receiver we died, so that it does not take what it has for the whole.
		return err
	}
	if err := errors.Join(p.Close(), seg.Close()); err != nil || !cli.JSON(cmd) {
		return err
	}
	flow.Seconds = time.Since(begun).Seconds()
	return cli.Report(cmd, flow)
}

// send passes everything on, to the end of in.
func (f *sendFlags) send(ctx context.Context, p *shmring.Producer, in io.Reader, info shmring.Info) (flow cli.Flow, err error) {
	r := newReader(ctx, in, min(chunk, int(info.MaxRecord), int(info.Capacity/4)))
	next := r.chunk
	if f.lines {
		next = records(r, int(info.MaxRecord), lineRecord)
	} else if f.framed {
		next = records(r, int(info.MaxRecord), framedRecord)
	}
	for {
		record, err := next()
		if err == io.EOF {
			return flow, nil
		} else if err != nil {
			return flow, err
		}
		if err := p.Send(ctx, record); err != nil {
			return flow, err
		}
		flow.Records++
		flow.Bytes += uint64(len(record))
	}
}

// chunk is how much of a byte stream becomes one record at most: what a pipe holds.
const chunk = 64 << 10

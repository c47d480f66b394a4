package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/frame"
)

func newFrame() *cobra.Command {
	sizes := cli.Sizes{1 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20}
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "frame",
		Short: "Measure gathered writes of large parts against copies",
		Long: "Measure three ways to send a message with one large part through a Unix socket: gathered, straight from\n" +
			"where the part lies (writev); copied into a buffer that is kept; copied into a fresh one.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runFrame(cmd, sizes, length) },
	}
	cmd.Flags().Var(&sizes, "sizes", "sizes of the part")
	cmd.Flags().DurationVar(&length, "for", 200*time.Millisecond, "length of one measurement")
	return cmd
}

// frameLine is one measurement.
type frameLine struct {
	Part string `json:"part"`
	Size int    `json:"size"` // bytes of the message's part
	Way  string `json:"way"`  // writev, copy, alloc
	load.Cost
}

// bodySize is the size in bytes of the message beside its part.
const bodySize = 64

func runFrame(cmd *cobra.Command, sizes cli.Sizes, length time.Duration) (err error) {
	if length <= 0 {
		return cli.Usage("--for %v: want more than 0", length)
	}
	conn, closeSocket, err := drainedSocket()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSocket()) }()
	out, t := newReport(cmd), tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 3, ' ', tabwriter.AlignRight)
	if !cli.JSON(cmd) {
		fmt.Fprintf(t, "%s\n\npart\tway\ttime\tp99\tbytes/s\tallocs\t\n", thisHost())
	}
	for _, size := range sizes {
		m := frame.Message{Body: make([]byte, bodySize), Parts: [][]byte{make([]byte, size)}}
		for _, way := range frameWays(cmd.Context(), conn, m) {
			cost, err := load.Time(cmd.Context(), length, way.do)
			if err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			if err := out.line(frameLine{"frame", int(size), way.name, cost}); err != nil {
				return err
			}
			if !cli.JSON(cmd) {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s/s\t%s\t\n", size, way.name, load.Short(int64(cost.Ns)), load.Short(cost.P99),
					cli.Approx(float64(m.Size())/cost.Ns*1e9), cli.Digits(cost.Allocs))
			}
		}
	}
	return t.Flush()
}

type frameWay struct {
	name string
	do   func() error
}

func frameWays(ctx context.Context, conn net.Conn, m frame.Message) []frameWay {
	gather, kept := frame.NewWriter(conn, frame.WithCoalesce(0)), []byte(nil)
	return []frameWay{
		{"writev", func() error { return gather.Write(ctx, m) }},
		{"copy", func() error {
			kept = m.AppendTo(kept[:0])
			_, err := conn.Write(kept)
			return err
		}},
		{"alloc", func() error {
			_, err := conn.Write(m.AppendTo(nil))
			return err
		}},
	}
}

// drainedSocket returns a Unix socket whose other end is read and forgotten.
func drainedSocket() (conn net.Conn, closeSocket func() error, err error) {
	dir, err := os.MkdirTemp("", "shmbench-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	if conn, err = net.Dial("unix", listener.Addr().String()); err != nil {
		return nil, nil, err
	}
	far, err := listener.Accept()
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{far}, make([]byte, 1<<20))
	}()
	return conn, func() error {
		err := conn.Close()
		<-drained
		return errors.Join(err, far.Close())
	}, nil
}

package command

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

func newPong() *cobra.Command {
	var f ringFlags
	cmd := &cobra.Command{
		Use:   "pong --name NAME",
		Short: "Answer a process that runs ping, until it ends",
		Args:  cobra.NoArgs,
	}
	f.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := f.check(); err != nil {
			return err
		}
		return f.pong(cmd.Context(), cmd.Flags().Changed("wait"))
	}
	return cmd
}

// pong answers one ping. It waits as ping does, unless it was told how to.
func (f *ringFlags) pong(ctx context.Context, ownWay bool) (err error) {
	wait, err := f.readHello(ctx)
	if err != nil {
		return err
	}
	if !ownWay {
		f.Wait = wait
	}
	there, err := f.Join(ctx, f.name+pingSuffix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	back, err := f.Join(ctx, f.name+pongSuffix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, back.Close()) }()
	questions, err := there.Consumer()
	if err != nil {
		return err
	}
	answers, err := back.Producer()
	if err != nil {
		return err
	}
	var record []byte
	for {
		if record, err = questions.Recv(ctx, record); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := answers.Send(ctx, record); err != nil {
			return err
		}
	}
}

// readHello waits for ping's hello and returns the way to wait that it asks for. What lies before it was left
// by a ping that was killed.
func (f *ringFlags) readHello(ctx context.Context) (wait shmring.Wait, err error) {
	there, err := f.Join(ctx, f.name+pingSuffix)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	questions, err := there.Consumer()
	if err != nil {
		return 0, err
	}
	for late := (cli.Linger{For: forever}); ; {
		r, err := questions.Next(ctx)
		switch {
		case err == nil && r.Type == helloType && len(r.Payload) == 1:
			wait = shmring.Wait(r.Payload[0])
			questions.Release()
			return wait, nil
		case err == nil:
			questions.Release()
		case !ended(err):
			return 0, err
		case !late.Again(ctx):
			return 0, ctx.Err()
		}
	}
}

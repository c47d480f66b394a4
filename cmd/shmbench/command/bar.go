package command

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// A bar shows on a terminal how far a long command is. Elsewhere it does nothing.
type bar struct {
	progress *mpb.Progress
	bar      *mpb.Bar
}

func newBar(cmd *cobra.Command, steps int) *bar {
	file, ok := cmd.ErrOrStderr().(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &bar{}
	}
	p := mpb.New(mpb.WithOutput(file), mpb.WithWidth(60))
	return &bar{p, p.AddBar(int64(steps), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name("measuring ")),
		mpb.AppendDecorators(decor.CountersNoUnit("%d/%d")))}
}

func (b *bar) step() {
	if b.bar != nil {
		b.bar.Increment()
	}
}

// end removes the bar; the second call does nothing.
func (b *bar) end() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.progress.Wait()
		b.bar = nil
	}
}

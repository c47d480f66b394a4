package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/shmring/ipc/shmring"
)

// Ring is the flags with which a command finds its ring, or shapes a new one.
type Ring struct {
	Dir      string
	Kind     shmring.Kind // 0: whatever is there, and when there is nothing, NewKind
	NewKind  shmring.Kind // 0: SPSC, but Join waits for the other side to choose
	Capacity Size         // 0: the default
	Wait     shmring.Wait
	Follow   bool   // a consumer outlasts the ends of streams
	Schema   uint64 // of a ring created here; an existing one may have any
}

// FlagDir registers --dir.
func (r *Ring) FlagDir(f *pflag.FlagSet) {
	f.StringVar(&r.Dir, "dir", "", "directory of the segments (default: the system's shared memory)")
}

// FlagShape registers --dir, --kind and --capacity.
func (r *Ring) FlagShape(f *pflag.FlagSet) {
	r.FlagDir(f)
	f.Var((*kindValue)(&r.Kind), "kind", "kind of ring to create or to expect: spsc or mpsc (default: what is there, else spsc)")
	f.Var((*capacityValue)(&r.Capacity), "capacity", "size of the ring when it is created, such as 64KiB (default: 1 MiB)")
}

// FlagWait registers --wait.
func (r *Ring) FlagWait(f *pflag.FlagSet) {
	f.Var((*waitValue)(&r.Wait), "wait", "how to wait: spin, adaptive or park")
}

// DirOptions returns the options for a look into the directory.
func (r *Ring) DirOptions() []shmring.Option {
	if r.Dir == "" {
		return nil
	}
	return []shmring.Option{shmring.WithDir(r.Dir)}
}

// OpenOptions returns the options for an existing ring.
func (r *Ring) OpenOptions() []shmring.Option {
	o := append(r.DirOptions(), shmring.WithWait(r.Wait))
	if r.Kind != 0 {
		o = append(o, shmring.WithKind(r.Kind))
	}
	if r.Follow {
		o = append(o, shmring.WithFollow())
	}
	return o
}

// CreateOptions returns the options for a new ring.
func (r *Ring) CreateOptions() []shmring.Option {
	o := append(r.OpenOptions(), shmring.WithSchema(r.Schema))
	if r.Kind == 0 && r.NewKind != 0 {
		o = append(o, shmring.WithKind(r.NewKind))
	}
	if r.Capacity != 0 {
		o = append(o, shmring.WithCapacity(int64(r.Capacity)))
	}
	return o
}

// OpenOrCreate attaches the ring called name and makes it if there is none.
func (r *Ring) OpenOrCreate(ctx context.Context, name string) (*shmring.Segment, error) {
	for ctx.Err() == nil {
		s, err := shmring.Open(name, r.OpenOptions()...)
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		s, err = shmring.Create(name, r.CreateOptions()...)
		if !errors.Is(err, fs.ErrExist) {
			return s, err
		}
	}
	return nil, ctx.Err()
}

// Join attaches the ring called name. If there is none, it makes one when the flags say of which shape, and
// otherwise waits for the other side to make it.
func (r *Ring) Join(ctx context.Context, name string) (*shmring.Segment, error) {
	if r.Kind != 0 || r.NewKind != 0 || r.Capacity != 0 {
		return r.OpenOrCreate(ctx, name)
	}
	for begun := time.Now(); ; {
		s, err := shmring.Open(name, r.OpenOptions()...)
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		if _, err := os.Stat(r.Dir); r.Dir != "" && err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for a segment named %s: %w", name, ctx.Err())
		case <-time.After(pause(begun)):
		}
	}
}

// Names completes the names of existing segments on the command line.
func (r *Ring) Names(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	infos, _ := shmring.List(r.DirOptions()...)
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// A capacityValue is a Size that help texts show no default of: 0 leaves the choice to the library.
type capacityValue Size

func (c *capacityValue) String() string {
	if *c == 0 {
		return ""
	}
	return Size(*c).String()
}
func (c *capacityValue) Type() string          { return (*Size)(c).Type() }
func (c *capacityValue) Set(text string) error { return (*Size)(c).Set(text) }

type kindValue shmring.Kind

func (k *kindValue) String() string {
	if *k == 0 {
		return ""
	}
	return shmring.Kind(*k).String()
}
func (k *kindValue) Type() string { return "kind" }
func (k *kindValue) Set(text string) error {
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		if strings.EqualFold(text, kind.String()) {
			*k = kindValue(kind)
			return nil
		}
	}
	return fmt.Errorf("want spsc or mpsc")
}

type waitValue shmring.Wait

func (w *waitValue) String() string { return shmring.Wait(*w).String() }
func (w *waitValue) Type() string   { return "wait" }
func (w *waitValue) Set(text string) error {
	for _, wait := range []shmring.Wait{shmring.Adaptive, shmring.Spin, shmring.Park} {
		if strings.EqualFold(text, wait.String()) {
			*w = waitValue(wait)
			return nil
		}
	}
	return fmt.Errorf("want spin, adaptive or park")
}

package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// selfTest makes a segment, sends a record through it, and has the kernel answer for the leases.
func selfTest(r *cli.Ring) finding {
	f := finding{Check: "segments", Verdict: fine}
	begun := time.Now()
	path, err := tryRing(r)
	if err != nil {
		f.Verdict, f.Found = failure, err.Error()
		return f
	}
	f.Found = fmt.Sprintf("created, used and removed %s in %v", path, time.Since(begun).Round(time.Microsecond))
	return f
}

func tryRing(r *cli.Ring) (path string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	name := "doctor-" + rand.Text()[:12]
	s, err := shmring.Create(name, append(r.CreateOptions(), shmring.WithCapacity(4096))...)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close(), shmring.Remove(name, r.DirOptions()...)) }()
	p, err := s.Producer()
	if err != nil {
		return "", err
	}
	c, err := s.Consumer()
	if err != nil {
		return "", err
	}
	const text = "how do you do"
	if err := p.Send(ctx, []byte(text)); err != nil {
		return "", err
	}
	got, err := c.Recv(ctx, nil)
	if err != nil {
		return "", err
	}
	if string(got) != text {
		return "", fmt.Errorf("sent %q, received %q", text, got)
	}
	for _, party := range s.Info().Parties {
		if !party.Alive {
			return "", fmt.Errorf("the lease of a living %s looks free: the file system does not lock", party.Role)
		}
	}
	if _, err := s.Producer(); !errors.Is(err, shmring.ErrBusy) {
		return "", fmt.Errorf("a second producer was let in: %v", err)
	}
	return s.Info().Path, nil
}

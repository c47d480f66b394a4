package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// split is an output with a file for every sender. Senders come and go: no more than maxOpen files are
// open at a time.
type split struct {
	cmd     *cobra.Command
	dir     string
	format  func(io.Writer, shmring.Record) error
	senders map[senderID]*part
	order   []*part // as they were first heard
	open    int
}

const maxOpen = 200

type senderID struct{ slot, generation uint16 }

// part is what came from one sender.
type part struct {
	Path       string `json:"path"`
	Slot       uint16 `json:"slot"`
	Generation uint16 `json:"generation"`
	Records    uint64 `json:"records"`
	Bytes      uint64 `json:"bytes"` // of payload

	file *os.File // nil: not open now
	w    *bufio.Writer
}

func (p *part) String() string {
	return fmt.Sprintf("%s: %d records, %d bytes", p.Path, p.Records, p.Bytes)
}

func newSplit(cmd *cobra.Command, dir string, format func(io.Writer, shmring.Record) error) (*split, error) {
	s := &split{cmd: cmd, dir: dir, format: format, senders: map[senderID]*part{}}
	return s, os.MkdirAll(dir, 0o777)
}

func (s *split) write(r shmring.Record) error {
	id := senderID{r.Producer, r.Generation}
	p := s.senders[id]
	if p == nil {
		p = &part{Path: filepath.Join(s.dir, fmt.Sprintf("slot-%d-generation-%d", id.slot, id.generation)), Slot: id.slot, Generation: id.generation}
	}
	if p.file == nil {
		if err := s.openPart(p); err != nil {
			return err
		}
		if s.senders[id] == nil {
			s.senders[id] = p
			s.order = append(s.order, p)
		}
	}
	p.Records++
	p.Bytes += uint64(len(r.Payload))
	return s.format(p.w, r)
}

// openPart opens the file: a new one when the sender is, so that nothing is overwritten.
func (s *split) openPart(p *part) error {
	if s.open == maxOpen {
		if err := s.closeAll(); err != nil {
			return err
		}
	}
	mode := os.O_WRONLY | os.O_APPEND
	if p.Records == 0 {
		mode |= os.O_CREATE | os.O_EXCL
	}
	file, err := os.OpenFile(p.Path, mode, 0o666)
	if err != nil {
		return err
	}
	p.file, p.w = file, bufio.NewWriterSize(file, chunk)
	s.open++
	return nil
}

func (s *split) flush() error {
	for _, p := range s.order {
		if p.file != nil {
			if err := p.w.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *split) closeAll() error {
	err := s.flush()
	for _, p := range s.order {
		if p.file != nil {
			err = errors.Join(err, p.file.Close())
			p.file, p.w = nil, nil
		}
	}
	s.open = 0
	return err
}

// close closes all files and says what is in them.
func (s *split) close() error {
	err := s.closeAll()
	for _, p := range s.order {
		err = errors.Join(err, cli.Report(s.cmd, p))
	}
	return err
}

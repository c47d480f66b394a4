package lane

import (
	"bufio"
	"errors"
	"io"
	"time"

	"github.com/shmring/ipc/cmd/shmbench/internal/load"
)

// A wire is a stream of bytes in both directions. Records have a fixed size: no wire pays for lengths.

// wireSend writes records for the time of the job.
func wireSend(w io.Writer, j Job) error {
	flush := func() error { return nil }
	if j.Buffered {
		b := bufio.NewWriterSize(w, bufferSize)
		w, flush = b, b.Flush
	}
	record := make([]byte, j.Size)
	for n, clock := uint64(0), newClock(j); clock.running(n); n++ {
		load.Stamp(record, n)
		if _, err := w.Write(record); err != nil {
			return err
		}
	}
	return flush()
}

// wireRecv reads records until the end. Reading ahead costs a record nothing, so every wire may.
func wireRecv(r io.Reader, size int, tally *load.Tally) error {
	r = bufio.NewReaderSize(r, bufferSize)
	record := make([]byte, size)
	for {
		if _, err := io.ReadFull(r, record); err == io.EOF {
			tally.Pause()
			return nil
		} else if err != nil {
			return err
		}
		tally.Record(0, 0, record)
	}
}

// wireAnswer returns every record until the end.
func wireAnswer(rw io.ReadWriter, size int) error {
	record := make([]byte, size)
	for {
		if _, err := io.ReadFull(rw, record); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if _, err := rw.Write(record); err != nil {
			return err
		}
	}
}

// wireAsk returns the question-and-answer function of a wire.
func wireAsk(rw io.ReadWriter, size int) func([]byte) ([]byte, error) {
	answer := make([]byte, size)
	return func(question []byte) ([]byte, error) {
		if _, err := rw.Write(question); err != nil {
			return nil, err
		}
		_, err := io.ReadFull(rw, answer)
		return answer, err
	}
}

// A clock tells a sender when to stop. It looks at the time once per look records, so that the look costs
// them nothing.
type clock struct {
	end  time.Time
	look uint64 // a power of two
}

// lookBytes is about how many bytes are sent between two looks.
const lookBytes = 64 << 10

func newClock(j Job) clock {
	look := uint64(1)
	for look*uint64(j.Size) < lookBytes {
		look *= 2
	}
	return clock{time.Now().Add(j.For), look}
}

// running reports whether to send record n. The first is sent in any case.
func (c clock) running(n uint64) bool {
	return n%c.look != 0 || n == 0 || time.Now().Before(c.end)
}

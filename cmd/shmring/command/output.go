package command

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"

	"github.com/shmring/ipc/shmring"
)

// stream is an output for all records together.
type stream struct {
	w      *bufio.Writer
	format func(io.Writer, shmring.Record) error
}

func (s *stream) write(r shmring.Record) error { return s.format(s.w, r) }
func (s *stream) flush() error                 { return s.w.Flush() }
func (s *stream) close() error                 { return s.w.Flush() }

// writeRaw writes the payload and nothing else.
func writeRaw(w io.Writer, r shmring.Record) error {
	_, err := w.Write(r.Payload)
	return err
}

func writeLine(w io.Writer, r shmring.Record) error {
	if err := writeRaw(w, r); err != nil {
		return err
	}
	_, err := w.Write([]byte{'\n'})
	return err
}

func writeFramed(w io.Writer, r shmring.Record) error {
	var header [frameHeader]byte
	binary.LittleEndian.PutUint32(header[:], uint32(len(r.Payload)))
	if _, err := w.Write(header[:]); err != nil {
		return err
	}
	return writeRaw(w, r)
}

// jsonRecord is a record as a line of JSON.
type jsonRecord struct {
	Slot       uint16 `json:"slot"`
	Generation uint16 `json:"generation"`
	Type       uint16 `json:"type"`
	Version    uint8  `json:"version"`
	Length     int    `json:"length"`
	Payload    []byte `json:"payload"`
}

func writeJSON(w io.Writer, r shmring.Record) error {
	return json.NewEncoder(w).Encode(jsonRecord{r.Producer, r.Generation, r.Type, r.Version, len(r.Payload), r.Payload})
}

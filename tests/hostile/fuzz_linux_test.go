package hostile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// image packs control words for a seed: offset in the control block and value, twelve bytes each.
func image(words ...uint64) (b []byte) {
	for i := 0; i < len(words); i += 2 {
		b = binary.LittleEndian.AppendUint32(b, uint32(words[i]))
		b = binary.LittleEndian.AppendUint64(b, words[i+1])
	}
	return b
}

// apply writes an image of words over control block and slots.
func apply(t testing.TB, f *os.File, image []byte) {
	for ; len(image) >= 12; image = image[12:] {
		at := int64(binary.LittleEndian.Uint32(image)) % (ringAt - controlAt - 8)
		put(t, f, controlAt+at, image[4:12])
	}
}

func words(ws ...layout.Word) (b []byte) {
	for _, w := range ws {
		b = binary.LittleEndian.AppendUint64(b, uint64(w))
	}
	return b
}

const (
	isMPSC = 1 << iota
	isChecksum
	isSecond // write the memory before the handle attaches, too
)

// FuzzConsumerOverForeignRing receives from a ring whose bytes and indices are foreign.
func FuzzConsumerOverForeignRing(f *testing.F) {
	word := layout.MakeWord
	good := words(word(layout.Committed, 1, 1, 0, 3), 0x636261)
	f.Add(good, []byte{}, byte(0))
	f.Add(good, image(0, 16), byte(isMPSC))
	f.Add(words(word(layout.Pad, 0, 0, 0, 4096)), image(0, 4096), byte(isMPSC))
	f.Add(words(word(layout.Pad, 0, 0, 0, 4088), word(layout.Claimed, 2, 3, 0, 16)), image(0, 8192), byte(isMPSC))
	f.Add(words(0, word(layout.Claimed, 1, 1, 0, 16)), image(0, 32, 1024+128+8, 17), byte(isMPSC))
	f.Add(words(word(layout.Committed, 1, 1, 3, 3), 1<<32, 0x636261), []byte{}, byte(isChecksum))
	f.Add(bytes.Repeat(words(word(layout.Pad, 0, 0, 0, 8)), 512), image(128, 0, 136, 4096, 256, 64), byte(isSecond))
	f.Add(good, image(128, 1<<64-8, 136, 1<<64-8, 256, 1<<64-8, 0, 8), byte(isSecond|isMPSC))
	f.Fuzz(func(t *testing.T, ring, control []byte, flags byte) {
		s := segment(t, flags&isMPSC != 0, flags&isChecksum != 0)
		defer s.Close()
		p, err := s.Producer() // somebody who lives, so that there is something to wait for
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		ring = ring[:min(len(ring), capacity)]
		if flags&isSecond != 0 {
			put(t, s.File(), ringAt, ring)
			apply(t, s.File(), control)
		}
		c, err := s.Consumer()
		typed(t, "Consumer", err)
		if err != nil {
			return
		}
		defer c.Close()
		put(t, s.File(), ringAt, ring)
		apply(t, s.File(), control)
		look(t, s)
		receiveAll(t, c, 600)
		look(t, s)
	})
}

// FuzzProducerOverForeignControl sends into a ring whose bytes and indices are foreign.
func FuzzProducerOverForeignControl(f *testing.F) {
	f.Add([]byte{}, image(0, 8), byte(isMPSC))
	f.Add([]byte{}, image(128, 8), byte(0))
	f.Add([]byte{}, image(128, 1<<64-8, 0, 1<<64-16), byte(isMPSC|isSecond))
	f.Add([]byte{}, image(128, 1<<64-8, 136, 1<<64-8), byte(isSecond))
	f.Add(words(layout.MakeWord(layout.Pad, 0, 0, 0, 4088)), image(128, 4096, 136, 4096), byte(isSecond))
	f.Add([]byte{}, image(1024+128, 4095<<8, 1024+144, 5), byte(isMPSC|isSecond))
	f.Fuzz(func(t *testing.T, ring, control []byte, flags byte) {
		s := segment(t, flags&isMPSC != 0, flags&isChecksum != 0)
		defer s.Close()
		ring = ring[:min(len(ring), capacity)]
		if flags&isSecond != 0 {
			put(t, s.File(), ringAt, ring)
			apply(t, s.File(), control)
		}
		p, err := s.Producer()
		typed(t, "Producer", err)
		if err != nil {
			return
		}
		defer p.Close()
		sendAll(t, p, 12)
		put(t, s.File(), ringAt, ring)
		apply(t, s.File(), control)
		sendAll(t, p, 30)
	})
}

// FuzzOpenForeignFile opens any file as a segment. One that opens can be used.
func FuzzOpenForeignFile(f *testing.F) {
	h := layout.NewHeader(layout.SPSC, capacity, 1000, 2)
	h.Seal()
	whole := append(bytes.Clone(layout.Bytes(&h)), make([]byte, size-layout.HeaderSize)...)
	f.Add(whole, false)
	f.Add(whole[:layout.HeaderSize], false)
	f.Add(whole[:100], true)
	f.Add([]byte("shmring\x00"), false)
	f.Add([]byte{}, false)
	h.Capacity = 1 << 63
	f.Add(append(bytes.Clone(layout.Bytes(&h)), make([]byte, 100)...), true)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, file []byte, seal bool) {
		if seal && len(file) >= layout.HeaderSize {
			var h layout.Header
			copy(layout.Bytes(&h), file)
			h.Seal()
			copy(file, layout.Bytes(&h))
		}
		if err := os.WriteFile(filepath.Join(dir, "foreign.shmring"), file, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := shmring.Open("foreign", shmring.WithDir(dir))
		if err != nil {
			for _, target := range []error{shmring.ErrNotSegment, shmring.ErrTruncated, shmring.ErrVersion, shmring.ErrCorrupt} {
				if errors.Is(err, target) {
					return
				}
			}
			t.Fatalf("%v is none of the errors it may return", err)
		}
		defer s.Close()
		s.Info()
		s.Stats()
		if c, err := s.Consumer(); err == nil {
			c.TryRecv(nil)
			c.Close()
		} else {
			typed(t, "Consumer", err)
		}
		if p, err := s.Producer(); err == nil {
			typed(t, "TrySend", p.TrySend(nil))
			p.Close()
		} else {
			typed(t, "Producer", err)
		}
		if _, err := os.Stat(s.Info().Path); errors.Is(err, fs.ErrNotExist) {
			t.Error("the file is gone")
		}
	})
}

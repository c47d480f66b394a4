package shmring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/ring"
)

// Record is one delivered message.
type Record struct {
	// Payload is ring memory lent until Release (Next, TryNext, Drain, All), or what is to be sent. Its
	// capacity ends with it. A peer that breaks the rules can change it while it is lent: where the
	// peer is not trusted, use Recv.
	Payload []byte
	Type    uint16 // as given by the sender; 0 if it gave none
	Version uint8  // of that type
	// Producer and Generation identify the sender: its slot, and which of the slot's successive owners.
	Producer   uint16
	Generation uint16
	// More says that the record is a piece of a larger message (see [Producer.SendFrom]) and that the next
	// record of the same Producer and Generation continues it; Continued, that it continues the last.
	More, Continued bool
}

// newRecord describes what the engine found.
func newRecord(f ring.Found) Record {
	return Record{
		Payload: f.Payload, Type: f.Ext.Type(), Version: f.Ext.Version(),
		Producer: uint16(f.Word.Slot()), Generation: uint16(f.Word.Generation()),
		More: isPiece(f, layout.FlagMore), Continued: isPiece(f, layout.FlagContinued),
	}
}

// isPiece reports whether any of the flags is set.
func isPiece(f ring.Found, flags uint8) bool { return f.Word.Flags()&flags != 0 }

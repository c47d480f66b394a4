package bincode

import "fmt"

// Error names the record and its place.
func (e *BatchError) Error() string {
	return fmt.Sprintf("bincode: record %d of the batch, at byte %d: %v", e.Index, e.Offset, e.Err)
}

// Unwrap returns what was wrong with the record.
func (e *BatchError) Unwrap() error { return e.Err }

func shortRecord(need uint64, have int) error {
	return &Error{Op: "decode", Offset: 0, Class: ErrEOF, Detail: fmt.Sprintf("a sized record needs %d bytes, have %d", need, have)}
}

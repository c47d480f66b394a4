package ipc

import "time"

// Message is a message from one process to another.
type Message struct {
	From      uint32 `json:"from" msgpack:"from" tagged:"from"`                // process id of the sender
	To        uint32 `json:"to" msgpack:"to" tagged:"to"`                      // process id of the receiver
	Data      []byte `json:"data" msgpack:"data" tagged:"data"`                // the payload; empty is legal
	Timestamp uint64 `json:"timestamp" msgpack:"timestamp" tagged:"timestamp"` // µs since 1970; see Micros
}

// QueueMessage describes a message that waits in a queue; its payload travels apart.
type QueueMessage struct {
	ID         uint64 `json:"id" msgpack:"id" tagged:"id"`                            // unique within the queue
	From       uint32 `json:"from" msgpack:"from" tagged:"from"`                      // process id of the sender
	DataLength uint64 `json:"data_length" msgpack:"data_length" tagged:"data_length"` // of the payload, in bytes
	Priority   uint8  `json:"priority" msgpack:"priority" tagged:"priority"`          // 0 … 255, higher goes first
	Timestamp  uint64 `json:"timestamp" msgpack:"timestamp" tagged:"timestamp"`       // µs since 1970; see Micros
}

// Micros returns t as a timestamp: microseconds since 1970-01-01 UTC, rounded down. Times before that
// are 0.
func Micros(t time.Time) uint64 { return uint64(max(t.UnixMicro(), 0)) }

// Time returns the time of a timestamp, in UTC. Timestamps beyond 2⁶³-1 µs, year 294 247, are the last
// one before.
func Time(micros uint64) time.Time { return time.UnixMicro(int64(min(micros, 1<<63-1))).UTC() }

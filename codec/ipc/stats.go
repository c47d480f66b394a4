package ipc

// QueueStats is the state of a message queue.
type QueueStats struct {
	ID          uint32    `json:"id" msgpack:"id" tagged:"id"`
	Type        QueueType `json:"type" msgpack:"type" tagged:"type"`                      // order of delivery
	Owner       uint32    `json:"owner" msgpack:"owner" tagged:"owner"`                   // process id
	Capacity    uint64    `json:"capacity" msgpack:"capacity" tagged:"capacity"`          // most messages it holds
	Length      uint64    `json:"length" msgpack:"length" tagged:"length"`                // messages waiting: 0 … Capacity
	Subscribers uint64    `json:"subscribers" msgpack:"subscribers" tagged:"subscribers"` // of a PubSub queue
	Closed      bool      `json:"closed" msgpack:"closed" tagged:"closed"`                // takes no more messages
}

// PipeStats is the state of a one-way pipe.
type PipeStats struct {
	ID       uint32 `json:"id" msgpack:"id" tagged:"id"`
	Reader   uint32 `json:"reader" msgpack:"reader" tagged:"reader"`       // process id
	Writer   uint32 `json:"writer" msgpack:"writer" tagged:"writer"`       // process id
	Capacity uint64 `json:"capacity" msgpack:"capacity" tagged:"capacity"` // of the buffer, in bytes
	Buffered uint64 `json:"buffered" msgpack:"buffered" tagged:"buffered"` // bytes not yet read: 0 … Capacity
	Closed   bool   `json:"closed" msgpack:"closed" tagged:"closed"`       // takes no more bytes
}

// ShmStats is the state of a shared memory segment.
type ShmStats struct {
	ID       uint32   `json:"id" msgpack:"id" tagged:"id"`
	Size     uint64   `json:"size" msgpack:"size" tagged:"size"`                // in bytes
	Owner    uint32   `json:"owner" msgpack:"owner" tagged:"owner"`             // process id
	Attached []uint32 `json:"attached" msgpack:"attached" tagged:"attached"`    // process ids, read-only ones too
	ReadOnly []uint32 `json:"read_only" msgpack:"read_only" tagged:"read_only"` // those of them that may not write
}

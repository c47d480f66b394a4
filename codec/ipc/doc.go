// Package ipc holds the records that programs exchanging messages, queues, pipes and shared memory
// report to one another. They are plain structs: any codec takes them; the order of their fields is
// that of their bincode, fixed-width and little endian:
//
//	Message       from u32 · to u32 · data len u64 + bytes · timestamp u64
//	QueueMessage  id u64 · from u32 · data_length u64 · priority u8 · timestamp u64
//	QueueStats    id u32 · type u32 tag · owner u32 · capacity u64 · length u64 · subscribers u64 · closed u8
//	PipeStats     id u32 · reader u32 · writer u32 · capacity u64 · buffered u64 · closed u8
//	ShmStats      id u32 · size u64 · owner u32 · attached len u64 + u32… · read_only len u64 + u32…
//
//	c := bincode.Of[ipc.Message]()
//	buf, err = c.Append(buf[:0], &ipc.Message{From: 1, To: 2, Data: data, Timestamp: ipc.Micros(time.Now())})
//
// Zero values are valid records. [QueueType] and [Permission] are enums: a u32 tag in bincode, which
// refuses tags beyond the last variant, and a word in formats that carry text.
//
// To add to a record, append fields at its end and raise the version of the ring record that carries
// it; never change, reorder or remove one.
package ipc

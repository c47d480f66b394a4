// Package frame carries messages over a byte stream: a body, and parts that travel beside it without
// being copied into it.
//
// A frame on the wire, every length a u64 in big-endian order:
//
//	 0       8          16
//	┌───────┬──────────┬──────┬──────────┬──────┬───
//	│ total │ body len │ body │ part len │ part │ …      the last two repeat, once per part
//	└───────┴──────────┴──────┴──────────┴──────┴───
//	        └──────────────── total ────────────────┘
//
// total counts everything after itself: 8 + body + (8 + part) for each part. It is therefore never
// below 8; the empty message is sixteen bytes, total = 8 and body len = 0.
//
// # Writing
//
// [Marshal] turns a value into a [Message]: its body, and a reference to every codec.Part in it. A
// [Writer] sends messages. A frame below the threshold of [WithCoalesce] is put together in one buffer
// that is used again and sent by one write; a larger one goes out by one gathering write (writev, as
// many as the kernel's limit of slices per call asks for) straight from the caller's memory.
//
// # Reading
//
// A [Reader] gives the messages back, by default in memory that the next call uses again. [Parse] does
// the same for a payload that is already in memory. [Unmarshal] puts a value together again.
//
// # Contexts, deadlines, resuming
//
// Everything about a half-done frame lives in the Writer or Reader. When a deadline passes or a context
// ends in the middle of one, at whatever byte, the call returns an [*Error] with Resumable set, and
// repeating the call with a live context continues there. Any other error of a stream is fatal: the
// stream has no frame boundary to go on from, and each later call returns the same error.
//
// Where the stream has deadlines (every net.Conn), the end of a context interrupts a blocked call.
// Elsewhere it is noticed between two calls of the stream's Read or Write. The interruption is a deadline
// in the past; before the call returns, the deadline set through SetDeadline of the Writer or Reader is
// back in its place, or none.
//
// # Limits
//
// Both ends refuse a message whose total is above [WithMaxSize], the Writer before a byte is written,
// the Reader before its buffer grows. A Reader's buffer grows with the bytes that arrived, at most
// doubling, never by a declared length alone.
//
// # Concurrency
//
// A Writer, and a Reader, belong to one goroutine at a time; only SetDeadline may be called from any.
// One Writer and one Reader may work on the same connection at the same time. A [Pool] is safe for
// concurrent use.
package frame

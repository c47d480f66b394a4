// Package lane moves records between this process and a second one that it starts, through a ring or
// through what a Go program would use instead, and measures.
//
// The second process is this program again, run as "peer JOB". It sends, or answers; this process receives
// and verifies, or asks and takes the time:
//
//	     peer                     this process
//	Stamp → Send  ──── lane ───▶  Recv → Tally       stream
//	Recv  → Send  ◀─── lane ───▶  Trips.Run          round trips
//
// Every contender copies records in and out, one call per record unless its name says otherwise.
package lane

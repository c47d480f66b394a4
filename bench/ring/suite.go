package main

// A line is a group of entries that are sampled in turn, and what is claimed of them.
type line struct {
	title   string
	entries []entry
	metrics []metric // the columns of its table
	claims  []claim
	once    bool // one round: the sample is long, or does not vary
}

// Lengths of the samples in milliseconds.
type lengths struct{ stream, idle, burst, laps int }

// Labels of the entries that claims name.
const (
	cTail     = "C shared tail"
	cTail32   = "C shared tail, 32 at a time"
	cHeader   = "C header commits"
	cCAS      = "C compare-and-swap"
	cFutex    = "C futex"
	ringOne   = "shmring Send"
	ringBatch = "shmring SendBatch 32"
	ringSpin  = "shmring, spinning"
	ringPark  = "shmring, parked"
	ringAdapt = "shmring, adaptive"
	goUnix    = "Go Unix socket"
	goPipe    = "Go pipe"
	goTCP     = "Go TCP loopback"
	goChannel = "Go channel, one process"
	goIdle    = "Go program that does nothing"
	goPace    = "Go timer alone"
	buffered  = ", 64 KiB bufio"
)

const (
	mebibyte = 1 << 20
	batchMax = 1024 // bytes: the largest record of which a batch of 32 fits the ring many times
)

// streaming returns the roles of a stream: the receiver, then its senders.
func streaming(producers int) []string {
	roles := []string{"recv"}
	for range producers {
		roles = append(roles, "send")
	}
	return roles
}

// suite returns every line, without the entries of a contestant that is not there. wait is how shmring waits in the streams.
func suite(l lengths, wait string) []line {
	var lines []line
	for _, size := range []int{8, 64, 256, 1024, 65536} {
		lines = append(lines, streamLine(size, l.stream, wait))
	}
	for _, producers := range []int{1, 2, 4} {
		lines = append(lines, manyLine(producers, l.stream, wait))
	}
	return append(lines, spinLine(l.stream), parkLine(l.stream), idleLine(l.idle), burstLine(l.burst), lapLine(l.laps), residentLine())
}

func newJob(size, millis int) job {
	return job{Size: size, Capacity: mebibyte, Batch: 1, Producers: 1, Millis: millis, Wait: "spin"}
}

func (j job) with(change func(*job)) job {
	change(&j)
	return j
}

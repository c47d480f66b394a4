package main

import "fmt"

// streamLine is one size of record from one process to another, copied in and copied out.
func streamLine(size, millis int, wait string) line {
	j := newJob(size, millis)
	ours := j.with(func(j *job) { j.Wait = wait })
	batch := func(j *job) { j.Batch = group }
	stream := streaming(1)
	l := line{
		title:   fmt.Sprintf("Stream, %s", bytesText(size)),
		metrics: []metric{throughput(), bandwidth(size)},
		entries: []entry{
			{cTail, "tail", stream, j},
			{cTail32, "tail", stream, j.with(batch)},
			{cHeader, "header", stream, j},
			{ringOne, "shmring", stream, ours},
		},
	}
	if size <= batchMax {
		l.entries = append(l.entries, entry{ringBatch, "shmring", stream, ours.with(batch)})
	}
	l.entries = append(l.entries, entry{goChannel, "channel", []string{"both"}, j})
	if size == 64 || size >= 1024 {
		for _, t := range sockets() {
			l.entries = append(l.entries, entry{t.label, t.contestant, stream, j})
			l.entries = append(l.entries, entry{t.label + buffered, t.contestant + "-bufio", stream, j})
		}
	}

	goals := map[int]float64{8: 0.45, 64: 0.50, 256: 0.70, 1024: 1.0, 65536: 0.65}
	rings := []string{cTail, cTail32, cHeader}
	claimed := func(text, subject string, goal float64, rivals ...string) {
		l.claims = append(l.claims, claim{text: text, metric: throughput(), subject: subject, rivals: rivals, goal: goal})
	}
	claimed(fmt.Sprintf("Send %s ÷ best C ring", bytesText(size)), ringOne, goals[size], rings...)
	if size == 64 {
		claimed("SendBatch of 32, 64 B ÷ best C batch", ringBatch, 0.9, cTail32)
		for _, t := range sockets() {
			claimed("Send 64 B ÷ "+t.label, ringOne, t.goal, t.label)
		}
		for _, t := range sockets() {
			claimed("Send 64 B ÷ "+t.label+buffered, ringOne, 1.5, t.label+buffered)
		}
	}
	return l
}

type socket struct {
	label, contestant string
	goal              float64 // Send over a write per record, 64 B
}

func sockets() []socket {
	return []socket{{goUnix, "unix", 90}, {goPipe, "pipe", 40}, {goTCP, "tcp", 200}}
}

// manyLine is several producers into one ring.
func manyLine(producers, millis int, wait string) line {
	j := newJob(64, millis).with(func(j *job) { j.Producers = producers })
	ours := j.with(func(j *job) { j.Wait = wait })
	return line{
		title:   fmt.Sprintf("MPSC, 64 B, producers: %d", producers),
		metrics: []metric{throughput(), bandwidth(64)},
		entries: []entry{
			{cCAS, "cas", streaming(producers), j},
			{ringOne, "shmring-mpsc", streaming(producers), ours},
		},
		claims: []claim{{
			text: fmt.Sprintf("MPSC 64 B, producers: %d ÷ C compare-and-swap ring", producers), metric: throughput(),
			subject: ringOne, rivals: []string{cCAS}, goal: 0.7,
		}},
	}
}

// spinLine is the round trip of 64 bytes without any sleep.
func spinLine(millis int) line {
	j, trip := newJob(64, millis), []string{"ping", "pong"}
	rings := []string{cTail, cHeader}
	return line{
		title:   "Round trip, 64 B, spinning",
		metrics: []metric{median50(), tail999()},
		entries: []entry{
			{cTail, "tail", trip, j},
			{cHeader, "header", trip, j},
			{ringSpin, "shmring", trip, j},
		},
		claims: []claim{
			{text: "spinning round trip p50 ÷ best C ring", metric: median50(), subject: ringSpin, rivals: rings, goal: 1.1, atMost: true},
			{text: "spinning round trip p99.9 ÷ best C ring", metric: tail999(), subject: ringSpin, rivals: rings, goal: 1.5, atMost: true},
		},
	}
}

// parkLine is the round trip of 64 bytes where the waiting side sleeps.
func parkLine(millis int) line {
	j, trip := newJob(64, millis), []string{"ping", "pong"}
	park := j.with(func(j *job) { j.Wait = "park" })
	return line{
		title:   "Round trip, 64 B, parked",
		metrics: []metric{median50(), tail999(), sleepsPerTrip()},
		entries: []entry{
			{cFutex, "tail", trip, park},
			{ringPark, "shmring", trip, park},
			{ringAdapt, "shmring", trip, j.with(func(j *job) { j.Wait = "adaptive" })},
			{goUnix, "unix", trip, j},
			{goPipe, "pipe", trip, j},
			{goTCP, "tcp", trip, j},
			{goChannel, "channel", []string{"rtt"}, j},
		},
		claims: []claim{
			{text: "parked round trip p50 ÷ Go Unix socket", metric: median50(), subject: ringPark, rivals: []string{goUnix}, goal: 0.8, atMost: true},
			{text: "parked round trip, sleeps per trip (else it did not park)", metric: sleepsPerTrip(), subject: ringPark, goal: 0.5},
		},
	}
}

// idleLine is what a consumer costs to which nothing comes.
func idleLine(millis int) line {
	j, role := newJob(64, millis), []string{"idle"}
	use := processorUse(millis)
	idle := func(subject string) claim {
		return claim{text: "idle consumer, CPU % of one processor: " + subject, metric: use, subject: subject, goal: 0.5, atMost: true}
	}
	return line{
		title:   fmt.Sprintf("Idle consumer, %d ms", millis),
		metrics: []metric{use},
		entries: []entry{
			{ringPark, "shmring", role, j.with(func(j *job) { j.Wait = "park" })},
			{ringAdapt, "shmring", role, j.with(func(j *job) { j.Wait = "adaptive" })},
			{goIdle, "nothing", role, j},
		},
		claims: []claim{idle(ringPark), idle(ringAdapt)},
		once:   true,
	}
}

// burstLine is the processor time of 100 000 records a second in bursts of 100, both processes together.
func burstLine(millis int) line {
	j := newJob(64, millis).with(func(j *job) { j.Burst, j.GapMicros, j.Wait = 100, 1000, "park" })
	use := processorUse(millis)
	ratio := func(subject string) claim {
		return claim{text: "bursts, CPU ÷ C futex ring: " + subject, metric: use, subject: subject, rivals: []string{cFutex}, goal: 1.5, atMost: true}
	}
	return line{
		title:   "100 000 records of 64 B a second in bursts of 100",
		metrics: []metric{use, receiverUse(millis)},
		entries: []entry{
			{cFutex, "tail", streaming(1), j},
			{ringPark, "shmring", streaming(1), j},
			{ringAdapt, "shmring", streaming(1), j.with(func(j *job) { j.Wait = "adaptive" })},
			{goPace, "nothing", []string{"pace"}, j},
		},
		claims: []claim{ratio(ringPark), ratio(ringAdapt)},
	}
}

// lapLine is whether a prefaulted ring is as quick the first time round.
func lapLine(millis int) line {
	const lap = 16 * mebibyte
	j := newJob(1024, millis).with(func(j *job) { j.Capacity, j.Lap, j.Wait = lap, lap, "adaptive" })
	return line{
		title:   "Laps of a prefaulted ring of 16 MiB, 1 KiB",
		metrics: []metric{firstLap(), throughput()},
		entries: []entry{{ringOne, "shmring", streaming(1), j}},
		claims: []claim{{
			text: "first lap ÷ median of later laps", metric: firstLap(), subject: ringOne, goal: 2, atMost: true,
		}},
	}
}

// residentLine is the memory of a process attached to a ring of 1 MiB with every page touched.
func residentLine() line {
	j := newJob(64, 0).with(func(j *job) { j.Wait = "adaptive" })
	return line{
		title:   "Resident memory, ring of 1 MiB",
		metrics: []metric{resident()},
		entries: []entry{
			{ringAdapt, "shmring", []string{"resident"}, j},
			{goIdle, "nothing", []string{"resident"}, j},
		},
		claims: []claim{{
			text: "MiB beyond an idle Go program and the ring", metric: resident(), subject: ringAdapt, rivals: []string{goIdle},
			differ: true, less: 1, goal: 2, atMost: true,
		}},
	}
}

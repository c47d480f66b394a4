package mutation

// waitMutants break the ends of streams, waiting and lifetimes.
func waitMutants() []mutant {
	return []mutant{
		{
			what: "a zeroing that nobody finishes", file: "shmring/internal/ring/consumer.go",
			old: `	if zeroing > head {
		c.flush(zeroing)
	}
`,
			new: "",
			pkg: "./shmring/internal/ring", test: "TestASuccessorFinishesAZeroing",
		},
		{
			what: "marks that are believed", file: "shmring/internal/ring/consumer.go",
			old: "released%layout.WordSize != 0 ||",
			new: "released%1 != 0 ||",
			pkg: "./shmring/internal/ring", test: "TestMarksThatContradictEachOtherAreRefused",
		},
		{
			what: "an end that is reported to every consumer", file: "shmring/internal/ring/consumer_eof.go",
			old: `	mem.Store(&c.ctl.Acked, c.ackAttaches)
`,
			new: "",
			pkg: "./shmring/internal/ring", test: "TestTheEndOfAStreamIsCleanOrADeath|TestAnEndIsNotReportedTwiceAcrossConsumers",
		},
		{
			what: "a death that is reported as a clean end", file: "shmring/internal/ring/consumer_eof.go",
			old: `	if died.More >= 0 {
		c.end = &died
	}
`,
			new: "",
			pkg: "./shmring/internal/ring", test: "TestTheEndOfAStreamIsCleanOrADeath",
		},
		{
			what: "an end before the last record", file: "shmring/internal/ring/consumer_eof.go",
			old: "	if mem.Load(c.Word(c.pos)) != 0 || c.kind",
			new: "	if c.kind",
			pkg: "./shmring/internal/ring", test: "TestWhatWasCommittedBeforeADeathComesBeforeTheEnd",
		},
		{
			what: "deaths behind the living are not marked", file: "shmring/internal/ring/consumer_eof.go",
			old: `		if _, err := c.slots.state(i); err != nil {
			return err
		}
`,
			new: "",
			pkg: "./shmring/internal/ring", test: "TestDeathsAreMarkedOnceWhoeverElseLives",
		},
		{
			what: "a sleep without a snapshot before the look", file: "shmring/internal/wait/waiter.go",
			old: `		w.bell.snapshot() // before the thorough look: a wake-up during it must not be lost
		if done, err := c.Recheck(lap == 0); done || err != nil {
			return err
		}`,
			new: `		if done, err := c.Recheck(lap == 0); done || err != nil {
			return err
		}
		w.bell.snapshot()`,
			pkg: "./shmring/internal/wait", test: "TestAWakeUpDuringAThoroughLookIsNotLost",
		},
		{
			what: "a sleep without the last look", file: "shmring/internal/wait/waiter.go",
			old: `	if c.Ready() || c.Err() != nil || ctx.Err() != nil {
		w.bell.disarm()
		return
	}
`,
			new: "",
			pkg: "./shmring/internal/wait", test: "TestTheLastLookComesBetweenTheFlagAndTheSleep",
		},
		{
			what: "a refused barrier that is forgotten", file: "shmring/internal/wait/waiter.go",
			old: `		w.bell.requireFence()             // for all sleeps to come
`,
			new: "",
			pkg: "./shmring", test: "TestABarrierThatIsRefusedLaterIsMadeByTheWakers",
		},
		{
			what: "a doorbell that keeps its flag", file: "shmring/internal/wait/doorbell.go",
			old: "asleep := mem.And32(d.Flags, ^sleepFlags) & sleepFlags",
			new: "asleep := mem.Load32(d.Flags) & sleepFlags",
			pkg: "./shmring/internal/wait", test: "TestANotifiedDoorbellIsNotPendingAnyMore",
		},
		{
			what: "a doorbell that does not change its word", file: "shmring/internal/wait/doorbell.go",
			old: `	mem.Add32(d.Seq, 1)
`,
			new: "",
			pkg: "./shmring/internal/wait", test: "TestANotifiedDoorbellIsNotPendingAnyMore",
		},
		{
			what: "a context that wakes nobody", file: "shmring/internal/wait/cancel.go",
			old: `		b.wakeAll()
`,
			new: "",
			pkg: "./shmring/internal/wait", test: "TestAContextEndsASleep",
		},
		{
			what: "a byte stream that sleeps in the futex", file: "shmring/internal/wait/doorbell_socket.go",
			old: "!b.Socket.streaming.Load() &&",
			new: "",
			pkg: "./shmring/internal/wait", test: "TestAByteStreamHoldsNoProcessorWhileItSleeps",
		},
		{
			what: "Close does not wait for a call", file: "shmring/internal/lifetime/guard.go",
			old: "	for i := 0; g.Busy(); i++ {",
			new: "	for i := 0; g.Busy() && i < 0; i++ {",
			pkg: "./shmring/internal/lifetime", test: "TestCloseWaitsForTheCallUnderWay",
		},
		{
			what: "Close takes what is lent", file: "shmring/internal/lifetime/guard.go",
			old: `	if mem.Load32(&g.lent) == 0 {
		g.finish(stateClosing)`,
			new: `	if mem.Load32(&g.lent) < 2 {
		g.finish(stateClosing)`,
			pkg: "./shmring/internal/lifetime", test: "TestCloseLeavesLentMemoryToItsOwner",
		},
		{
			what: "nobody finishes what Close has left", file: "shmring/internal/lifetime/guard.go",
			old: `	if atomic.LoadUint32(&g.closed) == stateLeft {
		g.finish(stateLeft)
	}
`,
			new: "",
			pkg: "./shmring/internal/lifetime", test: "TestCloseLeavesLentMemoryToItsOwner",
		},
		{
			what: "the owner finishes under Close", file: "shmring/internal/lifetime/guard.go",
			old: "	if atomic.LoadUint32(&g.closed) == stateLeft {\n\t\tg.finish(stateLeft)",
			new: "	if c := atomic.LoadUint32(&g.closed); c != stateOpen {\n\t\tg.finish(c)",
			pkg: "./shmring/internal/lifetime", test: "TestOnlyCloseFinishesWhileItStillRingsDoorbells",
		},
		{
			what: "a closed guard lets calls in", file: "shmring/internal/lifetime/guard.go",
			old: "func (g *Guard) Closing() bool { return atomic.LoadUint32(&g.closed) != stateOpen }",
			new: "func (g *Guard) Closing() bool { return atomic.LoadUint32(&g.closed) == stateFinished }",
			pkg: "./shmring/internal/lifetime", test: "TestCloseLeavesLentMemoryToItsOwner",
		},
	}
}

package mutation

// mutant is one change that makes the library wrong.
type mutant struct {
	what     string // goes wrong
	file     string
	old, new string
	pkg      string // that has the test
	test     string // that fails
	tags     string
}

func mutants() []mutant { return append(ringMutants(), waitMutants()...) }

// ringMutants break the engines.
func ringMutants() []mutant {
	return []mutant{
		{
			what: "SPSC forgets that the ring is full", file: "shmring/internal/ring/producer_alloc_spsc.go",
			old: `if pos+need > p.limit {
				return 0, ErrFull`,
			new: `if pos+need > p.limit+8 {
				return 0, ErrFull`,
			pkg: "./shmring/internal/ring", test: "TestTheRingIsFullWhenNoByteIsLeft",
		},
		{
			what: "SPSC believes a head beyond its position", file: "shmring/internal/ring/producer_alloc_spsc.go",
			old: "if head > pos {",
			new: "if head > pos+1<<60 {",
			pkg: "./shmring/internal/ring", test: "TestAForgedHeadIsAViolation",
		},
		{
			what: "SPSC pads one word too few at the end of the ring", file: "shmring/internal/ring/producer_alloc_spsc.go",
			old: "uint64(p.pad(room)))",
			new: "uint64(p.pad(room-8)))",
			pkg: "./shmring/internal/ring", test: "TestARecordDoesNotStraddleTheEndOfTheRing",
		},
		{
			what: "SPSC fast path takes what is too large", file: "shmring/internal/ring/producer_alloc_spsc.go",
			old: "return total <= p.fastLimit-p.pos && n <= p.fastMax",
			new: "return total <= p.fastLimit-p.pos+16 && n <= p.fastMax",
			pkg: "./shmring/internal/ring", test: "TestTheFastPathsStopWhereTheSlowOnesMustDecide",
		},
		{
			what: "MPSC believes an unaligned tail", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: "if tail%layout.WordSize != 0 {",
			new: "if tail%2 != 0 {",
			pkg: "./shmring/internal/ring", test: "TestAForgedTailIsAViolationForAnMPSCProducer",
		},
		{
			what: "MPSC believes a tail beyond the ring", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: "if tail > p.limit {",
			new: "if tail > p.limit+1<<50 {",
			pkg: "./shmring/internal/ring", test: "TestAForgedTailIsAViolationForAnMPSCProducer",
		},
		{
			what: "MPSC forgets the intent on the way out", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: `	mem.Store(&p.slot.Intent, 0)
	return err`,
			new: "	return err",
			pkg: "./shmring/internal/ring", test: "TestEveryWayOutOfAnAllocationClearsTheIntent",
		},
		{
			what: "MPSC pads the end of the ring without a wake-up", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: "				p.NotifyPending() // there may be",
			new: "				// there may be",
			pkg: "./shmring/internal/ring", test: "TestThePadAtTheEndOfTheRingWakesTheConsumer",
		},
		{
			what: "MPSC fast path overtakes head", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: "used <= p.capacity-total &&",
			new: "used <= p.capacity &&",
			pkg: "./shmring/internal/ring", test: "TestTheFastPathsStopWhereTheSlowOnesMustDecide",
		},
		{
			what: "a claim writes its word before the tail moves", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: `	mem.StoreRelaxed(&p.slot.Intent, pos+1)
	if !mem.CAS(&p.ctl.Tail, pos, pos+n) {
		return false
	}`,
			new: `	mem.StoreRelaxed(&p.slot.Intent, pos+1)
	mem.Store(p.Word(pos), uint64(word))
	if !mem.CAS(&p.ctl.Tail, pos, pos+n) {
		return false
	}`,
			pkg: "./tests/model", test: "TestEveryInterleavingKeepsThePromises", tags: "shmring_hooks",
		},
		{
			what: "a claim without an intent", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: `	mem.StoreRelaxed(&p.slot.Intent, pos+1)
	if`,
			new: "	if",
			pkg: "./tests/model", test: "TestEveryInterleavingKeepsThePromises", tags: "shmring_hooks",
		},
		{
			what: "an intent that is cleared before the mark", file: "shmring/internal/ring/producer_alloc_mpsc.go",
			old: `	mem.Store(p.Word(pos), uint64(word))
	mem.Store(&p.slot.Intent, 0)
	return true`,
			new: `	mem.Store(&p.slot.Intent, 0)
	mem.Store(p.Word(pos), uint64(word))
	return true`,
			pkg: "./tests/model", test: "TestEveryInterleavingKeepsThePromises", tags: "shmring_hooks",
		},
		{
			what: "what is left of a claim is no pad", file: "shmring/internal/ring/producer_commit.go",
			old: "if rest := c.total - total; rest > 0 {",
			new: "if rest := c.total - total; rest > 1<<40 {",
			pkg: "./shmring/internal/ring", test: "TestWhatIsLeftOfAClaimIsAPad",
		},
		{
			what: "an abort that leaves the claim open", file: "shmring/internal/ring/producer_commit.go",
			old: `	mem.Store(p.Word(c.pos), uint64(p.pad(c.total)))
	p.advance`,
			new: "	p.advance",
			pkg: "./shmring/internal/ring", test: "TestWhatIsLeftOfAClaimIsAPad",
		},
		{
			what: "a checksum of nothing", file: "shmring/internal/ring/producer_commit.go",
			old: "sum = Checksum(p.Span(pos+header, n))",
			new: "sum = Checksum(nil)",
			pkg: "./shmring/internal/ring", test: "TestAWrongChecksumIsAViolationThatPoisonsNothing",
		},
		{
			what: "a batch that publishes its second header only", file: "shmring/internal/ring/producer_batch.go",
			old: "		if count > 0 { // nobody looks",
			new: "		if count > 1 { // nobody looks",
			pkg: "./shmring/internal/ring", test: "TestABatchIsOnePublication",
		},
		{
			what: "a successor leaves torn bytes", file: "shmring/internal/ring/ring_recover.go",
			old: "if err == nil && torn {",
			new: "if err == nil && false {",
			pkg: "./shmring/internal/ring", test: "TestASuccessorClearsTheTornBytesOfADeadSPSCProducer",
		},
		{
			what: "a successor does not look at the zeroing mark again", file: "shmring/internal/ring/ring_recover.go",
			old: "if mem.Load(&r.ctl.ZeroingTo) > tail {",
			new: "if false {",
			pkg: "./tests/model", test: "TestEveryInterleavingKeepsThePromises", tags: "shmring_hooks",
		},
		{
			what: "a generation that wraps without quarantine", file: "shmring/internal/ring/ring_generation.go",
			old: "	return r.kind != layout.SPSC && (generation+1)%layout.MaxGenerations == 0",
			new: "	return generation > layout.MaxGenerations",
			pkg: "./shmring", test: "TestAGenerationWrapWaitsUntilNothingOldIsLeft",
		},
		{
			what: "a living owner is taken over", file: "shmring/internal/ring/slots.go",
			old: "	if held || !mem.CAS(",
			new: "	if _ = held; !mem.CAS(",
			pkg: "./shmring/internal/ring", test: "TestTheEndOfAStreamIsCleanOrADeath",
		},
		{
			what: "a death is not counted", file: "shmring/internal/ring/slots.go",
			old: `	mem.Add(&s.Control.Deaths, 1)
	s.Logger`,
			new: "	s.Logger",
			pkg: "./shmring/internal/ring", test: "TestTheEndOfAStreamIsCleanOrADeath",
		},
		{
			what: "a word that is not validated", file: "shmring/internal/ring/consumer_lookup.go",
			old: "return f, c.violated(w, err)",
			new: "_ = err",
			pkg: "./shmring/internal/ring", test: "TestWordsThatNoPeerWritesAreViolationsForGood",
		},
		{
			what: "a violation that does not poison", file: "shmring/internal/ring/consumer_lookup.go",
			old: `	if c.poison != nil {
		return f, c.poison
	}
`,
			new: "",
			pkg: "./shmring/internal/ring", test: "TestWordsThatNoPeerWritesAreViolationsForGood",
		},
		{
			what: "a look without a bound", file: "shmring/internal/ring/consumer_lookup.go",
			old: "if steps >= maxSteps {",
			new: "if steps < 0 {",
			pkg: "./shmring/internal/ring", test: "TestALookIsBoundedAndSaysSo",
		},
		{
			what: "an open claim that stays worth a look", file: "shmring/internal/ring/consumer_lookup.go",
			old: "				c.changes = changes   // or",
			new: "				_ = changes // or",
			pkg: "./shmring/internal/ring", test: "TestALookAtAnOpenClaimLeavesNothingToLookAt",
		},
		{
			what: "an open claim keeps released memory", file: "shmring/internal/ring/consumer_lookup.go",
			old: `				c.flush(c.Released()) // another producer may be waiting for it
`,
			new: "",
			pkg: "./shmring", test: "TestReleasedMemoryGoesBackWhileAClaimIsOpen",
		},
		{
			what: "the fast path takes records with flags", file: "shmring/internal/ring/consumer.go",
			old: "const owner = layout.Word(1)<<62 - 1<<40",
			new: "const owner = layout.Word(1)<<62 - 1<<32",
			pkg: "./shmring/internal/ring", test: "TestTheFastPathTakesPlainCommittedWordsOnly",
		},
		{
			what: "the fast path ends a record too late", file: "shmring/internal/ring/consumer.go",
			old: "return total <= c.fastLimit-pos &&",
			new: "return total <= c.fastLimit-pos+64 &&",
			pkg: "./shmring/internal/ring", test: "TestTheFastPathTakesPlainCommittedWordsOnly",
		},
		{
			what: "the claim of the living is padded", file: "shmring/internal/ring/consumer_repair.go",
			old: `		if held {
			return c.blockedBy(w.Slot(), uint64(w)), nil
		}
`,
			new: `		_ = held
`,
			pkg: "./shmring/internal/ring", test: "TestTheClaimOfADeadProducerBecomesAPad",
		},
		{
			what: "a claim is padded without a second look", file: "shmring/internal/ring/consumer_repair.go",
			old: `	if mem.Load(c.Word(c.pos)) != uint64(w) {
		return true, nil
	}
`,
			new: "",
			pkg: "./tests/model", test: "TestTheSameScenesUnbrokenAreSound", tags: "shmring_hooks",
		},
		{
			what: "a living intent does not bound the pad", file: "shmring/internal/ring/consumer_repair.go",
			old: "			end, holder = intent-1, i",
			new: "			holder = i",
			pkg: "./shmring/internal/ring", test: "TestAGapBelowALivingIntentIsNotPadded",
		},
		{
			what: "a dead intent bounds the pad", file: "shmring/internal/ring/consumer_repair.go",
			old: `		if held {
			end, holder`,
			new: `		if held || true {
			end, holder`,
			pkg: "./shmring/internal/ring", test: "TestAGapBelowALivingIntentIsNotPadded",
		},
		{
			what: "a gap is padded over a header", file: "shmring/internal/ring/consumer_repair.go",
			old: "for gap < maxGap && c.pos+gap < end && mem.Load(c.Word(c.pos+gap)) == 0 {",
			new: "for gap < maxGap && c.pos+gap < end {",
			pkg: "./tests/model", test: "TestEveryInterleavingKeepsThePromises", tags: "shmring_hooks",
		},
		{
			what: "head moves before the bytes are zero", file: "shmring/internal/ring/consumer_reclaim.go",
			old: `	if to != c.zeroed {
		c.zeroTo(to, to)
	}
	if to != c.head {
		c.publishHead(to)
	}`,
			new: `	if to != c.head {
		c.publishHead(to)
	}
	if to != c.zeroed {
		c.zeroTo(to, to)
	}`,
			pkg: "./tests/model", test: "TestEveryInterleavingKeepsThePromises", tags: "shmring_hooks",
		},
		{
			what: "bytes are given back without zeroing", file: "shmring/internal/ring/consumer_reclaim.go",
			old: `	c.zero(c.zeroed, until)
`,
			new: "",
			pkg: "./shmring/internal/ring", test: "TestReleasedBytesAreZeroBeforeTheyAreGivenBack",
		},
		{
			what: "lent bytes are given back", file: "shmring/internal/ring/consumer_reclaim.go",
			old: `	if c.lentRecords != 0 {
		return c.lentFrom
	}
	return c.pos`,
			new: "	return c.pos",
			pkg: "./shmring/internal/ring", test: "TestLentRecordsAreNotGivenBack",
		},
	}
}

// The receiving end.
struct consumer {
	struct ring r;
	uint64_t pos, head;
	int fd;
};

// flush clears what was released and hands it to the producers. The order is what a successor relies on.
static void flush(struct consumer *c) {
	struct ring *r = &c->r;
	if (c->pos == c->head)
		return;
	store(ctl(r, ZEROING), c->pos);
	atomic_thread_fence(memory_order_seq_cst); // before the clearing
	for (uint64_t q = c->head; q < c->pos; q += 8)
		note(word(r, q), 0);
	store(ctl(r, HEAD), c->head = c->pos);
	wake(ctl32(r, SPACE_WAIT), ctl32(r, SPACE_SEQ));
}

static void release(struct consumer *c) {
	note(ctl(&c->r, RELEASED), c->pos);
	if (c->pos - c->head >= c->r.capacity / 8)
		flush(c);
}

static void attach_consumer(struct consumer *c, const char *path) {
	struct ring *r = &c->r;
	attach(r, path);
	if ((c->fd = lease(r, 0)) < 0)
		die("there is a consumer");
	uint64_t zeroing = load(ctl(r, ZEROING)), released = load(ctl(r, RELEASED));
	c->head = load(ctl(r, HEAD));
	c->pos = zeroing > c->head ? zeroing : c->head;
	flush(c); // finish what a predecessor began
	if (released > c->pos)
		c->pos = released;
	occupy(r, 0);
}

static void recovered(struct consumer *c) { note(ctl(&c->r, RECOVERED), load(ctl(&c->r, RECOVERED)) + 1); }

// repair deals with a claim, or a gap, at pos: 1 if it made way, 0 if its living owner must be waited for.
static int repair(struct consumer *c, uint64_t w) {
	struct ring *r = &c->r;
	if (w) {
		uint32_t i = w >> 52 & 1023, generation = w >> 40 & (GENERATIONS - 1);
		if (i == 0 || i >= r->slots)
			die("claim of nobody");
		if ((load(slot(r, i, STATUS)) >> 8 & (GENERATIONS - 1)) == generation && held(r, i))
			return 0;
		if (load(word(r, c->pos)) == w) { // once more, after generation and lease
			store(word(r, c->pos), make(PAD, i, generation, 0, (uint32_t)w));
			recovered(c);
		}
		return 1;
	}
	uint64_t end = load(ctl(r, TAIL)), gap = 0; // before the intents
	if (end > c->pos + room(r, c->pos))
		end = c->pos + room(r, c->pos);
	for (uint32_t i = 1; i < r->slots; i++) {
		uint64_t intent = load(slot(r, i, INTENT));
		if (intent && intent - 1 >= c->pos && intent - 1 < end && held(r, i))
			end = intent - 1;
	}
	if (end == c->pos)
		return 0;
	while (c->pos + gap < end && load(word(r, c->pos + gap)) == 0) // after the intents
		gap += 8;
	if (gap) {
		store(word(r, c->pos), make(PAD, 0, 0, 0, gap));
		recovered(c);
	}
	return 1;
}

// ended: nobody lives, some came since the last end, and the ring is drained. Looks at leases: not for every poll.
static int ended(struct consumer *c) {
	struct ring *r = &c->r;
	uint64_t attaches = load(ctl(r, ATTACHES));
	if (attaches == load(ctl(r, ACKED)))
		return 0;
	for (uint32_t i = 1; i < r->slots; i++) {
		uint64_t status = load(slot(r, i, STATUS));
		if ((status & 0xff) != SLOT_ATTACHED)
			continue;
		if (held(r, i))
			return 0;
		if (atomic_compare_exchange_strong(slot(r, i, STATUS), &status, (status & ~0xffull) | SLOT_DEAD))
			atomic_fetch_add(ctl(r, DEATHS), 1);
	}
	if (load(word(r, c->pos)) || (r->kind == MPSC && load(ctl(r, TAIL)) != c->pos) || load(ctl(r, ATTACHES)) != attaches)
		return 0;
	store(ctl(r, ACKED), attaches);
	for (uint32_t i = 1; i < r->slots; i++) {
		uint64_t status = load(slot(r, i, STATUS));
		if ((status & 0xff) == SLOT_DEAD)
			atomic_compare_exchange_strong(slot(r, i, STATUS), &status, (status & ~0xffull) | SLOT_MOURNED);
	}
	return 1;
}

// receive returns the next payload, in place until the call after it, or NULL at the end of the stream.
static const uint8_t *receive(struct consumer *c, uint32_t *n) {
	struct ring *r = &c->r;
	release(c);
	for (;;) {
		uint64_t w = load(word(r, c->pos)), left = c->head + r->capacity - c->pos, header = w >> 32 & EXTENSION ? 16 : 8;
		if (left == 0) { // the word is of the lap before
			flush(c);
			continue;
		}
		if (left > room(r, c->pos))
			left = room(r, c->pos);
		uint64_t total = w >> 62 == COMMITTED ? up8(header + (uint32_t)w) : (uint32_t)w;
		if (w && (w >> 62 == FREE || total == 0 || total % 8 || total > left))
			die("bad word");
		switch (w >> 62) {
		case COMMITTED:
			*n = (uint32_t)w;
			const uint8_t *payload = bytes(r, c->pos + header);
			if (r->header == 16 && xxh64(payload, *n) % (1ull << 32) != load(word(r, c->pos + 8)) >> 32)
				die("bad checksum");
			c->pos += total;
			note(ctl(r, RECORDS), load(ctl(r, RECORDS)) + 1);
			note(ctl(r, BYTES), load(ctl(r, BYTES)) + *n);
			return payload;
		case PAD:
			c->pos += total;
			release(c);
			continue;
		}
		if ((w || (r->kind == MPSC && load(ctl(r, TAIL)) != c->pos)) && repair(c, w))
			continue;
		flush(c);
		if (w == 0 && ended(c))
			return NULL;
		nap(ctl32(r, DATA_WAIT), ctl32(r, DATA_SEQ), word(r, c->pos), w);
	}
}

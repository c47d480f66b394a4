// The sending end.
struct producer {
	struct ring r;
	uint32_t slot, generation;
	uint64_t pos, limit; // pos: SPSC only
	int fd;
};

// quarantined: an MPSC slot whose generations are used up may hold claims that look like the next owner's.
static int quarantined(struct ring *r, uint32_t i) {
	uint64_t generation = load(slot(r, i, STATUS)) >> 8 & (GENERATIONS - 1), mark = load(slot(r, i, MARK));
	return r->kind == MPSC && generation == GENERATIONS - 1 && mark && load(ctl(r, HEAD)) + 1 < mark;
}

static int pass_wrap(struct ring *r, uint32_t i) {
	uint64_t generation = load(slot(r, i, STATUS)) >> 8 & (GENERATIONS - 1);
	if (r->kind != MPSC || generation != GENERATIONS - 1)
		return 1;
	if (!load(slot(r, i, MARK)))
		store(slot(r, i, MARK), load(ctl(r, TAIL)) + 1);
	if (quarantined(r, i))
		return 0;
	store(slot(r, i, MARK), 0);
	return 1;
}

// adopt finds where an SPSC ring's next record goes, and clears what a dead predecessor may have left behind it.
static void adopt(struct producer *p, int torn) {
	struct ring *r = &p->r;
	uint64_t head, from, at;
	do {
		head = load(ctl(r, HEAD));
		from = load(ctl(r, ZEROING));
		if (from < head)
			from = head;
		for (at = from; at < head + r->capacity;) {
			uint64_t w = load(word(r, at));
			if (w == 0)
				break;
			at += w >> 62 == COMMITTED ? up8((w >> 32 & EXTENSION ? 16 : 8) + (uint32_t)w) : (uint32_t)w;
		}
	} while (load(ctl(r, ZEROING)) > from || load(ctl(r, HEAD)) != head);
	if (at > head + r->capacity)
		die("records reach beyond the ring");
	for (uint64_t q = at; torn && q < head + r->capacity; q += 8)
		note(word(r, q), 0);
	p->pos = at, p->limit = head + r->capacity;
	store(ctl(r, TAIL), at);
}

static void attach_producer(struct producer *p, const char *path) {
	struct ring *r = &p->r;
	attach(r, path);
	for (int dead = 1; dead >= 0; dead--)
		for (uint32_t i = 1; i < r->slots; i++) {
			uint64_t state = load(slot(r, i, STATUS)) & 0xff;
			if ((state == SLOT_ATTACHED || state == SLOT_DEAD) != dead || quarantined(r, i) || (p->fd = lease(r, i)) < 0)
				continue;
			if (quarantined(r, i) || !pass_wrap(r, i)) {
				close(p->fd);
				continue;
			}
			state = load(slot(r, i, STATUS)) & 0xff;
			if (r->kind == SPSC)
				adopt(p, state != SLOT_FREE);
			else
				p->limit = load(ctl(r, HEAD)) + r->capacity;
			p->slot = i;
			p->generation = occupy(r, i);
			atomic_fetch_add(ctl(r, ATTACHES), 1);
			announce(r);
			return;
		}
	die("no slot is free");
}

static void close_producer(struct producer *p) {
	leave(&p->r, p->slot);
	announce(&p->r);
	close(p->fd);
}

// place finds room for a record of total bytes, waiting for it, and makes it ours.
static uint64_t place(struct producer *p, uint64_t total) {
	struct ring *r = &p->r;
	for (;;) {
		uint64_t at = r->kind == SPSC ? p->pos : load(ctl(r, TAIL));
		uint64_t need = total < room(r, at) ? total : room(r, at);
		if (at - (p->limit - r->capacity) > r->capacity - need) {
			uint64_t head = load(ctl(r, HEAD));
			p->limit = head + r->capacity;
			if (head > at) // MPSC: our look at the tail was old
				continue;
			if (at + need > p->limit) {
				nap(ctl32(r, SPACE_WAIT), ctl32(r, SPACE_SEQ), ctl(r, HEAD), head);
				continue;
			}
		}
		if (r->kind == MPSC) {
			store(slot(r, p->slot, INTENT), at + 1);
			if (!atomic_compare_exchange_strong(ctl(r, TAIL), &(uint64_t){at}, at + need))
				continue; // the next round, or the end of this call, replaces the intent
		}
		if (need < total)
			store(word(r, at), make(PAD, p->slot, p->generation, 0, need));
		else if (r->kind == MPSC)
			store(word(r, at), make(CLAIMED, p->slot, p->generation, 0, need));
		if (r->kind == MPSC)
			store(slot(r, p->slot, INTENT), 0);
		else if (need < total)
			p->pos = at + need;
		if (need == total)
			return at;
	}
}

static void send_record(struct producer *p, const uint8_t *payload, uint32_t n) {
	struct ring *r = &p->r;
	uint64_t flags = 0, total = up8(r->header + n);
	if (n > r->max_record)
		die("record too large");
	uint64_t at = place(p, total);
	memcpy(bytes(r, at + r->header), payload, n);
	if (r->header == 16) {
		flags = EXTENSION | CHECKSUM;
		note(word(r, at + 8), (xxh64(payload, n) & 0xffffffff) << 32);
	}
	store(word(r, at), make(COMMITTED, p->slot, p->generation, flags, n)); // it exists from here on
	if (r->kind == SPSC)
		note(ctl(r, TAIL), p->pos = at + total);
	note(slot(r, p->slot, SENT), load(slot(r, p->slot, SENT)) + 1);
	note(slot(r, p->slot, SENT_BYTES), load(slot(r, p->slot, SENT_BYTES)) + n);
	wake(ctl32(r, DATA_WAIT), ctl32(r, DATA_SEQ));
}

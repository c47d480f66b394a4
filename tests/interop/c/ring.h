// The segment as both ends see it: its header, its words, leases and doorbells.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef _Atomic uint64_t word64;
typedef _Atomic uint32_t word32;

// Offsets: in the header, in the control block, in a slot.
enum { VERSION = 8, KIND = 16, FLAGS = 20, SIZE = 24, CAPACITY = 32, MAX_RECORD = 40, SLOT_COUNT = 64, DATA = 72, HASH = 80, ORDER = 124, SUM = 248 };
enum { TAIL = 0, HEAD = 128, ZEROING = 136, RELEASED = 256, RECORDS = 264, BYTES = 272, RECOVERED = 296,
	DATA_WAIT = 384, DATA_SEQ = 388, SPACE_WAIT = 512, SPACE_SEQ = 516, ATTACHES = 640, ACKED = 648, DEATHS = 656, CHANGES = 664 };
enum { STATUS = 0, INTENT = 8, MARK = 16, SENT = 24, SENT_BYTES = 32, PID = 56, START = 64, SINCE = 72 };
enum { HEADER_SIZE = 256, SLOTS_AT = 1280, SLOT_SIZE = 128, GENERATIONS = 4096 };
enum { SPSC = 1, MPSC = 2 };
enum { FREE, CLAIMED, COMMITTED, PAD };			// states of a header word
enum { SLOT_FREE, SLOT_ATTACHED, SLOT_DEAD, SLOT_MOURNED };
enum { WAIT_FLAG = 1, FENCE_FLAG = 2, DOOR_FLAG = 4 };
enum { EXTENSION = 1, CHECKSUM = 2 };
static const uint64_t layout_hash = LAYOUT_HASH;

static void die(const char *what) {
	fprintf(stderr, "client: %s: %s\n", what, errno ? strerror(errno) : "refused");
	exit(1);
}

static uint64_t rotl(uint64_t x, int n) { return x << n | x >> (64 - n); }
static uint64_t read64(const uint8_t *p) { uint64_t x; memcpy(&x, p, 8); return x; }
static uint32_t read32(const uint8_t *p) { uint32_t x; memcpy(&x, p, 4); return x; }

// xxhash64 with seed 0, by its specification.
static uint64_t xxh64(const uint8_t *p, size_t n) {
	const uint64_t a = 11400714785074694791u, b = 14029467366897019727u, c = 1609587929392839161u, d = 9650029242287828579u,
		       e = 2870177450012600261u;
	const uint8_t *end = p + n;
	uint64_t h = e;
	if (n >= 32) {
		uint64_t v[4] = {a + b, b, 0, -a};
		for (; end - p >= 32; p += 32)
			for (int i = 0; i < 4; i++)
				v[i] = rotl(v[i] + read64(p + 8 * i) * b, 31) * a;
		h = rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18);
		for (int i = 0; i < 4; i++)
			h = (h ^ rotl(v[i] * b, 31) * a) * a + d;
	}
	h += n;
	for (; end - p >= 8; p += 8)
		h = rotl(h ^ rotl(read64(p) * b, 31) * a, 27) * a + d;
	if (end - p >= 4) {
		h = rotl(h ^ read32(p) * a, 23) * b + c;
		p += 4;
	}
	for (; p < end; p++)
		h = rotl(h ^ *p * e, 11) * a;
	h = (h ^ h >> 33) * b;
	h = (h ^ h >> 29) * c;
	return h ^ h >> 32;
}

struct ring {
	int fd; // never locked: the prober
	const char *path;
	uint8_t *base, *data;
	uint64_t capacity, max_record;
	uint32_t kind, slots, header; // header: bytes before each payload
};

static word64 *ctl(struct ring *r, int at) { return (word64 *)(r->base + HEADER_SIZE + at); }
static word32 *ctl32(struct ring *r, int at) { return (word32 *)(r->base + HEADER_SIZE + at); }
static word64 *slot(struct ring *r, uint32_t i, int at) { return (word64 *)(r->base + SLOTS_AT + SLOT_SIZE * i + at); }
static word64 *word(struct ring *r, uint64_t pos) { return (word64 *)(r->data + (pos & (r->capacity - 1))); }
static uint8_t *bytes(struct ring *r, uint64_t pos) { return r->data + (pos & (r->capacity - 1)); }
static uint64_t room(struct ring *r, uint64_t pos) { return r->capacity - (pos & (r->capacity - 1)); }

static uint64_t load(word64 *p) { return atomic_load_explicit(p, memory_order_acquire); }
static void store(word64 *p, uint64_t x) { atomic_store_explicit(p, x, memory_order_release); }
static void note(word64 *p, uint64_t x) { atomic_store_explicit(p, x, memory_order_relaxed); }
static uint64_t make(uint64_t state, uint64_t slot, uint64_t generation, uint64_t flags, uint64_t length) {
	return state << 62 | slot << 52 | generation << 40 | flags << 32 | length;
}
static uint64_t up8(uint64_t n) { return (n + 7) & ~7ull; }

static int barrier_all(void) { return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0); }

static void attach(struct ring *r, const char *path) {
	struct stat st;
	r->path = path;
	if ((r->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) < 0 || fstat(r->fd, &st) < 0)
		die(path);
	if (st.st_size < HEADER_SIZE)
		die("too short for a header");
	r->base = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (r->base == MAP_FAILED)
		die("mmap");
	uint8_t h[HEADER_SIZE];
	memcpy(h, r->base, sizeof h);
	if (memcmp(h, "shmring", 8) || read32(h + ORDER) != 0x01020304 || read32(h + VERSION) != 1 || read64(h + HASH) != layout_hash)
		die("not a segment of this format");
	if (xxh64(h, SUM) != read64(h + SUM))
		die("damaged header");
	r->kind = read32(h + KIND), r->slots = read32(h + SLOT_COUNT);
	r->capacity = read64(h + CAPACITY), r->max_record = read64(h + MAX_RECORD);
	uint64_t data = read64(h + DATA);
	if ((r->kind != SPSC && r->kind != MPSC) || r->capacity < 4096 || r->capacity & (r->capacity - 1) || r->slots < 2 || r->slots > 1024 ||
	    data != ((SLOTS_AT + SLOT_SIZE * (uint64_t)r->slots + 4095) & ~4095ull) || data + r->capacity != (uint64_t)st.st_size)
		die("bad geometry");
	r->data = r->base + data;
	r->header = read32(h + FLAGS) & 1 ? 16 : 8;
	// Wakers here always pass a full barrier of their own, so nothing needs to be registered. Sleepers need the
	// system call; where there is none, everybody is told to fence.
	if (barrier_all() < 0) {
		atomic_fetch_or(ctl32(r, DATA_WAIT), FENCE_FLAG);
		atomic_fetch_or(ctl32(r, SPACE_WAIT), FENCE_FLAG);
	}
}

// lease takes the lock of a slot for as long as this process lives. -1: somebody has it.
static int lease(struct ring *r, uint32_t i) {
	char self[32];
	snprintf(self, sizeof self, "/proc/self/fd/%d", r->fd);
	int fd = open(self, O_RDWR | O_CLOEXEC); // a description of its own
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SLOTS_AT + SLOT_SIZE * (off_t)i, .l_len = 1};
	if (fd < 0)
		die(self);
	struct timespec pause = {.tv_nsec = 1000000};
	for (int tries = 0; fcntl(fd, F_OFD_SETLK, &l) < 0; tries++) {
		struct flock other = l;
		if (fcntl(fd, F_OFD_GETLK, &other) < 0)
			die("probe");
		// A longer lock is that of somebody who decides whether to remove the segment.
		if (other.l_type == F_RDLCK || (other.l_type == F_WRLCK && other.l_len == 1) || tries == 1000) {
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	struct stat named, mine;
	if (fstat(fd, &mine) < 0 || lstat(r->path, &named) < 0 || named.st_dev != mine.st_dev || named.st_ino != mine.st_ino)
		die("the segment was removed");
	return fd;
}

static int held(struct ring *r, uint32_t i) {
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SLOTS_AT + SLOT_SIZE * (off_t)i, .l_len = 1};
	if (fcntl(r->fd, F_OFD_GETLK, &l) < 0)
		die("probe");
	return l.l_type == F_WRLCK && l.l_len == 1; // a reader's lock, or a remover's, is no lease
}

static void wake(word32 *flag, word32 *seq) {
	atomic_thread_fence(memory_order_seq_cst); // between the publication and the look at the flag
	if (atomic_load(flag) == 0 || !(atomic_fetch_and(flag, ~(WAIT_FLAG | DOOR_FLAG)) & WAIT_FLAG))
		return;
	atomic_fetch_add(seq, 1);
	syscall(SYS_futex, seq, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

// nap sleeps until the bell rings, at most 5 ms: the dead ring no bells. There is none if *watch is not seen any more.
static void nap(word32 *flag, word32 *seq, word64 *watch, uint64_t seen) {
	uint32_t now = atomic_load(seq);
	struct timespec limit = {.tv_nsec = 5000000};
	atomic_fetch_or(flag, WAIT_FLAG);
	barrier_all();
	if (load(watch) == seen)
		syscall(SYS_futex, seq, FUTEX_WAIT, now, &limit, NULL, 0);
}

static void announce(struct ring *r) {
	atomic_fetch_add(ctl(r, CHANGES), 1);
	atomic_fetch_add(ctl32(r, DATA_SEQ), 1);
	syscall(SYS_futex, ctl32(r, DATA_SEQ), FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

// occupy writes who we are into a slot that we have leased, and returns its new generation.
static uint32_t occupy(struct ring *r, uint32_t i) {
	uint64_t old = load(slot(r, i, STATUS));
	uint32_t generation = ((old >> 8) + 1) & (GENERATIONS - 1);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if ((old & 0xff) == SLOT_ATTACHED)
		atomic_fetch_add(ctl(r, DEATHS), 1);
	store(slot(r, i, INTENT), 0);
	atomic_store((word32 *)slot(r, i, PID), getpid());
	note(slot(r, i, START), 0);
	note(slot(r, i, SINCE), now.tv_sec * 1000000000ull + now.tv_nsec);
	store(slot(r, i, STATUS), (uint64_t)generation << 8 | SLOT_ATTACHED);
	return generation;
}

static void leave(struct ring *r, uint32_t i) {
	store(slot(r, i, STATUS), (load(slot(r, i, STATUS)) & ~0xffull) | SLOT_FREE);
}

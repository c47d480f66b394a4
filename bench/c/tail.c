// tail.c: a single-producer ring with a shared tail and cached indices.
//
//     record: | length u64 | payload, padded to 8 |      a length of ~0 skips to the start of the ring
//
// The producer publishes its tail once per batch of records, the consumer its head once per eighth of
// the ring; each keeps the other's index in private memory and reads the shared one only when the
// private one says full or empty. After Thompson's FastFlow-style indices, as rigtorp's SPSCQueue has them.
#include "copy.h"
#include "park.h"
#include "baseline.h"

// Only the producer stores tail; only the consumer stores head. A flag is raised by the side that
// sleeps and lowered by the side that wakes it.
struct control {
    _Alignas(LINE) _Atomic uint64_t tail;
    _Alignas(LINE) _Atomic uint64_t head;
    _Alignas(LINE) _Atomic uint32_t reader_sleeps;
    _Alignas(LINE) _Atomic uint32_t writer_sleeps;
};
_Static_assert(sizeof(struct control) <= CONTROL, "control words fit their page");

struct end {
    struct control *ctl;
    unsigned char *data;
    uint64_t capacity, mask;
    uint64_t pos;    // next byte to write or read
    uint64_t limit;  // pos may go this far before the shared index of the other side must be read
    uint64_t shown;  // consumer: head as published
    uint64_t step;   // consumer: bytes between two publications
    unsigned held, batch;
    bool park;
};

#define SKIP (~0ull)

static inline uint64_t padded(uint64_t n) { return 8 + ((n + 7) & ~7ull); }

static struct end end_new(void *base, const struct job *job) {
    struct end e = {.ctl = base, .data = (unsigned char *)base + CONTROL, .capacity = job->capacity};
    e.mask = e.capacity - 1;
    e.step = e.capacity / 8;
    e.batch = (unsigned)job->batch;
    e.park = job->park;
    return e;
}

static inline void end_flush(struct end *e) {
    e->held = 0;
    atomic_store_explicit(&e->ctl->tail, e->pos, memory_order_release); // pairs with the load in await_record
    if (e->park) park_wake(&e->ctl->reader_sleeps);
}

static __attribute__((noinline)) void await_space(struct end *e, uint64_t end) {
    if (e->held) end_flush(e);
    for (unsigned spins = 0;;) {
        e->limit = atomic_load_explicit(&e->ctl->head, memory_order_acquire) + e->capacity;
        if (end <= e->limit) return;
        if (!e->park) {
            relax(&spins);
            continue;
        }
        park_raise(&e->ctl->writer_sleeps);
        if (end <= atomic_load_explicit(&e->ctl->head, memory_order_acquire) + e->capacity)
            park_lower(&e->ctl->writer_sleeps);
        else
            park_sleep(&e->ctl->writer_sleeps);
    }
}

static inline void end_send(struct end *e, const void *payload, uint64_t n) {
    uint64_t need = padded(n), room = e->capacity - (e->pos & e->mask);
    if (unlikely(room < need)) {
        if (e->pos + room + need > e->limit) await_space(e, e->pos + room + need);
        memcpy(e->data + (e->pos & e->mask), &(uint64_t){SKIP}, 8);
        e->pos += room;
    }
    if (unlikely(e->pos + need > e->limit)) await_space(e, e->pos + need);
    unsigned char *at = e->data + (e->pos & e->mask);
    memcpy(at, &n, 8);
    copy(at + 8, payload, n);
    e->pos += need;
    if (++e->held >= e->batch) end_flush(e);
}

static __attribute__((noinline)) void await_record(struct end *e) {
    for (unsigned spins = 0;;) {
        e->limit = atomic_load_explicit(&e->ctl->tail, memory_order_acquire);
        if (e->pos != e->limit) return;
        if (!e->park) {
            relax(&spins);
            continue;
        }
        park_raise(&e->ctl->reader_sleeps);
        if (e->pos != atomic_load_explicit(&e->ctl->tail, memory_order_acquire))
            park_lower(&e->ctl->reader_sleeps);
        else
            park_sleep(&e->ctl->reader_sleeps);
    }
}

static inline uint64_t end_recv(struct end *e, void *dst) {
    uint64_t n;
    for (;;) {
        if (unlikely(e->pos == e->limit)) await_record(e);
        uint64_t index = e->pos & e->mask;
        memcpy(&n, e->data + index, 8);
        if (likely(n != SKIP)) break;
        e->pos += e->capacity - index;
    }
    copy(dst, e->data + (e->pos & e->mask) + 8, n);
    e->pos += padded(n);
    if (unlikely(e->pos - e->shown >= e->step)) {
        e->shown = e->pos;
        atomic_store_explicit(&e->ctl->head, e->pos, memory_order_release); // pairs with the load in await_space
        if (e->park) park_wake(&e->ctl->writer_sleeps);
    }
    return n;
}

#include "roles.h"
CONTESTANT(tail_ring, "tail");

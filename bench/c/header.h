// header.h: the ring format that commits in the record's header, and its consumer, for one producer
// (header.c) or many (cas.c).
//
//     record: | header u64 | payload, padded to 8 |      header: state << 32 | length
//
// A header of zero is free. The producer writes the payload, then the header with a release store; the
// consumer polls the header, and clears what it has read, one eighth of the ring at a time, before it
// publishes its head. So all bytes beyond the newest record are zero.
#ifndef HEADER_H
#define HEADER_H

#include "copy.h"
#include "baseline.h"

// Only producers store tail (and only cas.c shares it); only the consumer stores head.
struct control {
    _Alignas(LINE) _Atomic uint64_t tail;
    _Alignas(LINE) _Atomic uint64_t head;
};

struct end {
    struct control *ctl;
    unsigned char *data;
    uint64_t capacity, mask;
    uint64_t pos;   // next byte to write or read
    uint64_t limit; // producer: pos may go this far before head must be read again
    uint64_t shown; // consumer: head as published
    uint64_t step;  // consumer: bytes between two publications
};

#define COMMITTED (1ull << 32)
#define PAD (2ull << 32)

static inline uint64_t padded(uint64_t n) { return 8 + ((n + 7) & ~7ull); }

static struct end end_new(void *base, const struct job *job) {
    struct end e = {.ctl = base, .data = (unsigned char *)base + CONTROL, .capacity = job->capacity};
    e.mask = e.capacity - 1;
    e.step = e.capacity / 8;
    e.limit = e.capacity;
    return e;
}

static inline _Atomic uint64_t *header_at(const struct end *e, uint64_t pos) {
    return (_Atomic uint64_t *)(e->data + (pos & e->mask));
}

// commit publishes the record at pos: pairs with the load in end_recv.
static inline void commit(const struct end *e, uint64_t pos, uint64_t header) {
    atomic_store_explicit(header_at(e, pos), header, memory_order_release);
}

static inline void end_flush(struct end *e) { (void)e; }

// How many pauses the consumer makes between two looks at a free header. One answers fastest; a look at
// a line that several producers are about to write costs them more than the answer is worth.
#ifndef LOOK_PAUSES
#define LOOK_PAUSES 1
#endif

static __attribute__((noinline)) void give_back(struct end *e) {
    uint64_t from = e->shown & e->mask, n = e->pos - e->shown, first = e->capacity - from;
    if (first > n) first = n;
    memset(e->data + from, 0, first);
    memset(e->data, 0, n - first);
    e->shown = e->pos;
    atomic_store_explicit(&e->ctl->head, e->pos, memory_order_release); // pairs with the producers' load of head
}

static inline uint64_t end_recv(struct end *e, void *dst) {
    uint64_t header;
    for (;;) {
        unsigned spins = 0;
        while (unlikely(!(header = atomic_load_explicit(header_at(e, e->pos), memory_order_acquire))))
            for (int i = 0; i < LOOK_PAUSES; i++) relax(&spins);
        if (likely(header < PAD)) break;
        e->pos += header - PAD;
    }
    uint64_t n = header - COMMITTED;
    copy(dst, e->data + (e->pos & e->mask) + 8, n);
    e->pos += padded(n);
    if (unlikely(e->pos - e->shown >= e->step)) give_back(e);
    return n;
}

#endif

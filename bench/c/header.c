// header.c: the single-producer ring that commits in the header. No shared tail.
#include "header.h"

static __attribute__((noinline)) void await_space(struct end *e, uint64_t end) {
    for (unsigned spins = 0;; relax(&spins)) {
        e->limit = atomic_load_explicit(&e->ctl->head, memory_order_acquire) + e->capacity;
        if (end <= e->limit) return;
    }
}

static inline void end_send(struct end *e, const void *payload, uint64_t n) {
    uint64_t need = padded(n), room = e->capacity - (e->pos & e->mask);
    if (unlikely(room < need)) {
        if (e->pos + room + need > e->limit) await_space(e, e->pos + room + need);
        commit(e, e->pos, PAD + room);
        e->pos += room;
    }
    if (unlikely(e->pos + need > e->limit)) await_space(e, e->pos + need);
    copy(e->data + (e->pos & e->mask) + 8, payload, n);
    commit(e, e->pos, COMMITTED + n);
    e->pos += need;
}

#include "roles.h"
CONTESTANT(header_ring, "header");

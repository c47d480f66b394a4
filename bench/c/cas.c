// cas.c: the multi-producer ring: claim by compare-and-swap on the tail, commit in the header. It knows
// nothing of crashes: a producer that dies between the two wedges it, which is what its speed is for.
#define LOOK_PAUSES 32
#include "header.h"

// claim takes n bytes of the ring and returns their position.
static inline uint64_t claim(struct end *e, uint64_t n) {
    uint64_t need = padded(n), pos = atomic_load_explicit(&e->ctl->tail, memory_order_relaxed);
    for (unsigned spins = 0;;) {
        uint64_t room = e->capacity - (pos & e->mask);
        uint64_t take = likely(room >= need) ? need : room;
        if (unlikely(pos + take > e->limit)) {
            e->limit = atomic_load_explicit(&e->ctl->head, memory_order_acquire) + e->capacity;
            if (pos + take > e->limit) {
                relax(&spins);
                pos = atomic_load_explicit(&e->ctl->tail, memory_order_relaxed);
                continue;
            }
        }
        if (!atomic_compare_exchange_weak_explicit(&e->ctl->tail, &pos, pos + take, memory_order_acquire,
                                                   memory_order_relaxed))
            continue;
        if (likely(room >= need)) return pos;
        commit(e, pos, PAD + room);
        pos += take;
    }
}

static inline void end_send(struct end *e, const void *payload, uint64_t n) {
    uint64_t pos = claim(e, n);
    copy(e->data + (pos & e->mask) + 8, payload, n);
    commit(e, pos, COMMITTED + n);
}

#include "roles.h"
CONTESTANT(cas_ring, "cas");

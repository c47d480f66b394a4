// park.h: sleeping in a futex until the other side has moved.
//
// The waiter raises its flag, looks again and sleeps; the mover moves, then looks at the flag. A full
// fence on both sides between the write and the look makes sure that one of them sees the other.
#ifndef PARK_H
#define PARK_H

#include "baseline.h"
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

// park_raise sets the flag. The caller must look once more at what it waits for before park_sleep.
static inline void park_raise(_Atomic uint32_t *flag) { atomic_exchange_explicit(flag, 1, memory_order_seq_cst); }

// park_lower takes the flag back after a look that found something.
static inline void park_lower(_Atomic uint32_t *flag) { atomic_store_explicit(flag, 0, memory_order_relaxed); }

// park_sleep sleeps while the flag is up, a second at most: the caller looks again.
static inline void park_sleep(_Atomic uint32_t *flag) {
    struct timespec bound = {1, 0};
    syscall(SYS_futex, flag, FUTEX_WAIT, 1, &bound, NULL, 0);
}

// park_wake wakes the other side if its flag is up. Call it after the release store that moved the ring.
static inline void park_wake(_Atomic uint32_t *flag) {
    atomic_thread_fence(memory_order_seq_cst);
    if (likely(!atomic_load_explicit(flag, memory_order_relaxed))) return;
    if (atomic_exchange_explicit(flag, 0, memory_order_seq_cst)) syscall(SYS_futex, flag, FUTEX_WAKE, 1, NULL, NULL, 0);
}

#endif

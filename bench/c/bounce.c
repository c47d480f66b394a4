// bounce.c: how long a cache line takes from one processor to the other and back.
#include "baseline.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK 500
#define CHUNKS 41
#define BOUND_NS 20000000 // a far pair of processors ends early, with fewer chunks

static _Alignas(LINE) _Atomic uint64_t ball;
static _Alignas(LINE) _Atomic bool over;

static void *return_ball(void *cpu) {
    pin_thread(0, *(int *)cpu);
    unsigned spins = 0;
    for (uint64_t next = 1; !atomic_load_explicit(&over, memory_order_relaxed);) {
        if (atomic_load_explicit(&ball, memory_order_acquire) == next) {
            atomic_store_explicit(&ball, next + 1, memory_order_release);
            next += 2;
            spins = 0;
        } else if (++spins % 4096 == 0)
            sched_yield();
    }
    return NULL;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// bounce_main prints the median over the chunks of the mean round trip, in nanoseconds.
int bounce_main(void) {
    int cpus[2];
    if (two_cpus(cpus) < 2) {
        puts("{\"bounce_ns\":0}"); // one processor: nothing bounces
        return 0;
    }
    pthread_t other;
    if (pthread_create(&other, NULL, return_ball, &cpus[1])) fail("thread");
    pin_thread(0, cpus[0]);
    double chunks[CHUNKS];
    size_t n = 0;
    uint64_t next = 0;
    for (uint64_t begun = now_ns(); n < CHUNKS && (n < 3 || now_ns() - begun < BOUND_NS); n++) {
        uint64_t then = now_ns();
        for (int i = 0; i < CHUNK; i++, next += 2) {
            atomic_store_explicit(&ball, next + 1, memory_order_release);
            for (unsigned spins = 0; atomic_load_explicit(&ball, memory_order_acquire) != next + 2;)
                if (++spins % 4096 == 0) sched_yield();
        }
        chunks[n] = (double)(now_ns() - then) / CHUNK;
    }
    atomic_store_explicit(&over, true, memory_order_relaxed);
    pthread_join(other, NULL);
    qsort(chunks, n, sizeof *chunks, by_value);
    printf("{\"bounce_ns\":%.1f}\n", chunks[n / 2]);
    return 0;
}

// baseline.h: what every C baseline shares: its job, its report, waiting, and the clock.
//
// A baseline is a process that the driver in bench/ring starts:
//
//     yard CONTESTANT ROLE key=value...      play a role
//     yard bounce                            measure how far apart the processors are
//     yard pin 0|1 PID                       keep a process on one of two processors
//
// In a role it attaches, prints "ready", waits for one line on standard input, does its job and prints one JSON
// line. Every wait of every contestant spins briefly and then yields the processor or sleeps.
#ifndef BASELINE_H
#define BASELINE_H

#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sched.h>
#include <time.h>

#define LINE 128 // two cache lines: the hardware fetches them in pairs
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

// What the driver asks for; the same keys as job.go.
struct job {
    const char *path;    // the shared file, made and sized by the driver
    const char *samples; // where ping writes its round trips: u32 nanoseconds, native order
    uint64_t size;       // bytes per record, at least 8
    uint64_t capacity;   // bytes per ring, a power of two
    uint64_t batch;      // records per publication
    uint64_t producers;  // how many send into the ring
    uint64_t id;         // which of them this is
    uint64_t ms;         // length of the sample
    uint64_t burst;      // records per burst; 0: no pacing
    uint64_t gap_us;     // from the start of a burst to the next
    bool park;           // sleep in a futex instead of spinning
};

// What a baseline answers; the same keys as report in job.go.
struct report {
    uint64_t records; // received and checked
    uint64_t bad;     // of them lost, reordered or duplicated
    double seconds;   // from the first record to the last
    double cpu;       // user and system seconds of this process between "go" and the end
    uint64_t sleeps;  // how often it gave up the processor to wait, in the same time
};

// One ring implementation; a null function is a role it does not play.
struct contestant {
    const char *name;
    void (*send)(const struct job *, struct report *);
    void (*recv)(const struct job *, struct report *);
    void (*ping)(const struct job *, struct report *);
    void (*pong)(const struct job *, struct report *);
};

// The bytes before the data of a ring: a page holds every control word.
#define CONTROL 4096

// map_rings maps count rings of the job's capacity, zeroed by the driver, one after another.
void *map_rings(const struct job *, unsigned count);

// start_line says "ready" and waits for the driver's word.
void start_line(void);

// keep_samples writes n round trips to the job's file.
void keep_samples(const struct job *, const uint32_t *samples, size_t n);

// two_cpus finds the first two processors this process may run on and returns how many there are.
int two_cpus(int cpus[2]);

// pin_thread keeps a thread, 0 for the calling one, on a processor.
void pin_thread(int thread, int cpu);

// fail ends the process with a message on standard error.
_Noreturn void fail(const char *what);

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void cpu_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// relax is one turn of a spin loop: a pause, and once in a while the processor for somebody else.
static inline void relax(unsigned *spins) {
    if (likely(++*spins % 256 != 0))
        cpu_relax();
    else
        sched_yield();
}

#endif

// script.h: what a sender says and how a receiver checks it. The twin of script.go.
//
// The first 8 bytes of a record are its number: | end:1 | producer:15 | sequence:48 |, in native order.
#ifndef SCRIPT_H
#define SCRIPT_H

#include "baseline.h"
#include <stdlib.h>

#define GROUP 32         // records stamped ahead of sending: the stamps have left the store buffer by then
#define CLOCK_EVERY 64   // groups between two looks at the clock
#define END (1ull << 63)
#define PRODUCER_SHIFT 48
#define SEQUENCE ((1ull << PRODUCER_SHIFT) - 1)
#define MAX_PRODUCERS 64

// A script hands out stamped records, group by group, until its time is over; the last is marked END.
struct script {
    unsigned char *buffers;
    uint64_t size, next, deadline, gap_ns, wake;
    unsigned group, countdown, clock_every;
    bool over;
};

static inline struct script script_new(const struct job *job) {
    struct script s = {.size = job->size, .next = job->id << PRODUCER_SHIFT};
    s.group = job->burst ? (unsigned)job->burst : job->size * GROUP <= 64 << 10 ? GROUP : 2;
    s.clock_every = s.countdown = job->burst ? 1 : CLOCK_EVERY;
    s.gap_ns = job->gap_us * 1000;
    s.buffers = aligned_alloc(64, (s.group * s.size + 63) & ~63ull);
    if (!s.buffers) fail("no memory");
    memset(s.buffers, 0xa5, s.group * s.size);
    return s;
}

// script_start sets the clock; call it when the driver has given the word.
static inline void script_start(struct script *s, const struct job *job) {
    s->wake = now_ns();
    s->deadline = s->wake + job->ms * 1000000;
}

// script_next stamps the next group and returns its number of records, 0 after the last.
static inline unsigned script_next(struct script *s) {
    if (unlikely(s->over)) return 0;
    if (s->gap_ns) {
        s->wake += s->gap_ns;
        struct timespec t = {(time_t)(s->wake / 1000000000), (long)(s->wake % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
    if (unlikely(--s->countdown == 0)) {
        s->countdown = s->clock_every;
        if (now_ns() >= s->deadline) {
            s->over = true;
            uint64_t last = s->next | END;
            memcpy(s->buffers, &last, 8);
            return 1;
        }
    }
    for (unsigned i = 0; i < s->group; i++) {
        memcpy(s->buffers + i * s->size, &s->next, 8);
        s->next++;
    }
    return s->group;
}

// A check follows every producer's numbers. Its expectation starts out wrong, so that the first record
// takes the slow path, where the clock is set.
struct check {
    uint64_t expected[MAX_PRODUCERS];
    uint64_t begun, ended, running, bad;
};

static inline void check_init(struct check *c, const struct job *job) {
    memset(c, 0, sizeof *c);
    if (job->producers == 0 || job->producers > MAX_PRODUCERS) fail("producers");
    c->running = job->producers;
    for (unsigned i = 0; i < MAX_PRODUCERS; i++) c->expected[i] = ~0ull;
}

static __attribute__((noinline, unused)) bool check_odd(struct check *c, uint64_t number, unsigned producer) {
    if (!c->begun) c->begun = now_ns();
    bool end = number & END;
    number &= ~END;
    uint64_t expected = c->expected[producer];
    if (expected == ~0ull) expected = (uint64_t)producer << PRODUCER_SHIFT;
    c->bad += number != expected;
    c->expected[producer] = number + !end;
    if (!end) return false;
    c->ended = now_ns();
    return --c->running == 0;
}

// check_record looks at one received record and returns true after the last.
static inline bool check_record(struct check *c, const void *record) {
    uint64_t number;
    memcpy(&number, record, 8);
    unsigned producer = (unsigned)(number >> PRODUCER_SHIFT) & (MAX_PRODUCERS - 1);
    if (likely(number == c->expected[producer])) {
        c->expected[producer]++;
        return false;
    }
    return check_odd(c, number, producer);
}

static inline void check_report(const struct check *c, struct report *r) {
    for (unsigned i = 0; i < MAX_PRODUCERS; i++)
        if (c->expected[i] != ~0ull) r->records += c->expected[i] & SEQUENCE;
    r->bad = c->bad;
    r->seconds = (double)(c->ended - c->begun) / 1e9;
}

#endif

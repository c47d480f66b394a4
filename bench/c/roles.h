// roles.h: the roles, written once for every ring. A ring's source defines, before including this file,
//
//     struct end                                   one side's private view of a ring
//     end_new(base, job)                           the view of the ring whose control page is at base
//     end_send(end, payload, n)                    copies one record in, waits while the ring is full
//     end_flush(end)                               publishes what a batch still holds back
//     end_recv(end, dst) -> n                      copies one record out, waits while the ring is empty
//
// and then says CONTESTANT(symbol, "name").
#include "script.h"

static void role_send(const struct job *job, struct report *r) {
    struct end ring = end_new(map_rings(job, 1), job);
    struct script script = script_new(job);
    (void)r;
    start_line();
    script_start(&script, job);
    for (unsigned n; (n = script_next(&script)) != 0;) {
        const unsigned char *record = script.buffers;
        for (unsigned i = 0; i < n; i++, record += script.size) end_send(&ring, record, script.size);
    }
    end_flush(&ring);
}

static void role_recv(const struct job *job, struct report *r) {
    struct end ring = end_new(map_rings(job, 1), job);
    unsigned char *record = aligned_alloc(64, (job->size + 63) & ~63ull);
    struct check check;
    check_init(&check, job);
    start_line();
    do end_recv(&ring, record);
    while (!check_record(&check, record));
    check_report(&check, r);
}

// Round trips go out through the first ring of the file and come back through the second.

#define WARM_UP 10 // round trips of the first tenth of the time are not kept
#define MAX_SAMPLES (1u << 22)

static void role_ping(const struct job *job, struct report *r) {
    char *base = map_rings(job, 2);
    struct end out = end_new(base, job), back = end_new(base + CONTROL + job->capacity, job);
    unsigned char *record = aligned_alloc(64, (job->size + 63) & ~63ull);
    uint32_t *samples = malloc(MAX_SAMPLES * sizeof *samples);
    if (!record || !samples) fail("no memory");
    memset(samples, 1, MAX_SAMPLES * sizeof *samples); // no page fault while the clock runs
    memset(record, 0xa5, job->size);
    start_line();

    uint64_t number = 0, begun = now_ns(), then = begun, length = job->ms * 1000000;
    size_t kept = 0;
    for (bool over = false; !over; number++) {
        over = then - begun >= length || kept == MAX_SAMPLES - 1;
        uint64_t stamp = number | (over ? END : 0), answer;
        memcpy(record, &stamp, 8);
        end_send(&out, record, job->size);
        end_flush(&out);
        end_recv(&back, record);
        memcpy(&answer, record, 8);
        r->bad += answer != stamp;
        uint64_t now = now_ns();
        if (then - begun >= length / WARM_UP) samples[kept++] = (uint32_t)(now - then);
        then = now;
    }
    r->records = number;
    r->seconds = (double)(then - begun) / 1e9;
    keep_samples(job, samples, kept);
}

static void role_pong(const struct job *job, struct report *r) {
    char *base = map_rings(job, 2);
    struct end in = end_new(base, job), back = end_new(base + CONTROL + job->capacity, job);
    unsigned char *record = aligned_alloc(64, (job->size + 63) & ~63ull);
    uint64_t number;
    start_line();
    do {
        end_recv(&in, record);
        end_send(&back, record, job->size);
        end_flush(&back);
        memcpy(&number, record, 8);
        r->records++;
    } while (!(number & END));
}

#define CONTESTANT(symbol, title) \
    const struct contestant symbol = {title, role_send, role_recv, role_ping, role_pong}

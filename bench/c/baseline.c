// baseline.c: the command line of the C baselines.
#include "baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

extern const struct contestant tail_ring, header_ring, cas_ring;
int bounce_main(void);
int pin_main(int which, const char *pid);

static const struct contestant *const contestants[] = {&tail_ring, &header_ring, &cas_ring};

void fail(const char *what) {
    fprintf(stderr, "yard: %s: %s\n", what, errno ? strerror(errno) : "refused");
    exit(1);
}

void *map_rings(const struct job *job, unsigned count) {
    size_t length = count * (CONTROL + job->capacity);
    int fd = open(job->path, O_RDWR | O_CLOEXEC);
    if (fd < 0) fail(job->path);
    void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (base == MAP_FAILED) fail("mmap");
    close(fd);
    return base;
}

// add_usage adds what this process has used so far, times sign, to a report.
static void add_usage(struct report *r, int sign) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    r->cpu += sign * ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                      (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
    r->sleeps += (uint64_t)(sign * u.ru_nvcsw);
}

static struct report at_start;

void start_line(void) {
    char line[16];
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) fail("no word from the driver");
    add_usage(&at_start, -1);
}

void keep_samples(const struct job *job, const uint32_t *samples, size_t n) {
    FILE *f = fopen(job->samples, "wb");
    if (!f || fwrite(samples, sizeof *samples, n, f) != n || fclose(f)) fail(job->samples);
}

static uint64_t number(const char *text) {
    char *end;
    errno = 0;
    uint64_t n = strtoull(text, &end, 10);
    if (end == text || *end) fail(text);
    return n;
}

static void parse(struct job *job, char *arg) {
    char *value = strchr(arg, '=');
    if (!value) fail(arg);
    *value++ = 0;
    if (!strcmp(arg, "path")) job->path = value;
    else if (!strcmp(arg, "samples")) job->samples = value;
    else if (!strcmp(arg, "size")) job->size = number(value);
    else if (!strcmp(arg, "capacity")) job->capacity = number(value);
    else if (!strcmp(arg, "batch")) job->batch = number(value);
    else if (!strcmp(arg, "producers")) job->producers = number(value);
    else if (!strcmp(arg, "id")) job->id = number(value);
    else if (!strcmp(arg, "ms")) job->ms = number(value);
    else if (!strcmp(arg, "burst")) job->burst = number(value);
    else if (!strcmp(arg, "gap_us")) job->gap_us = number(value);
    else if (!strcmp(arg, "wait")) job->park = !strcmp(value, "park");
    else if (strcmp(arg, "lap")) fail(arg); // lap: for contestants in Go
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "bounce")) return bounce_main();
    if (argc == 4 && !strcmp(argv[1], "pin")) return pin_main(atoi(argv[2]), argv[3]);
    if (argc < 3) fail("usage: yard CONTESTANT ROLE key=value... | yard bounce | yard pin 0|1 PID");
    struct job job = {.batch = 1, .producers = 1};
    for (int i = 3; i < argc; i++) parse(&job, argv[i]);
    if (job.size < 8 || job.capacity < 2 * job.size || job.capacity & (job.capacity - 1)) fail("size or capacity");
    alarm((unsigned)(job.ms / 1000 + 60)); // never outlive a driver that died

    for (size_t i = 0; i < sizeof contestants / sizeof *contestants; i++) {
        const struct contestant *c = contestants[i];
        if (strcmp(c->name, argv[1])) continue;
        const char *role = argv[2];
        void (*play)(const struct job *, struct report *) = !strcmp(role, "send")   ? c->send
                                                            : !strcmp(role, "recv") ? c->recv
                                                            : !strcmp(role, "ping") ? c->ping
                                                            : !strcmp(role, "pong") ? c->pong
                                                                                    : NULL;
        if (!play) fail(role);
        struct report r = {0};
        play(&job, &r);
        r.cpu = at_start.cpu;
        r.sleeps = at_start.sleeps;
        add_usage(&r, 1);
        printf("{\"records\":%llu,\"bad\":%llu,\"seconds\":%.9f,\"cpu\":%.6f,\"sleeps\":%llu}\n",
               (unsigned long long)r.records, (unsigned long long)r.bad, r.seconds, r.cpu, (unsigned long long)r.sleeps);
        return 0;
    }
    fail(argv[1]);
}

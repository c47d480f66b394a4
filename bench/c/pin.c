// pin.c: which processor a process runs on. The driver pins the two sides of a sample when both have
// attached, so that a runtime that counts its processors at the start still counts all of them.
#include "baseline.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int two_cpus(int cpus[2]) {
    cpu_set_t set;
    int found = 0;
    if (sched_getaffinity(0, sizeof set, &set)) fail("affinity");
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET(i, &set)) cpus[found++] = i;
    return found;
}

void pin_thread(int thread, int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(thread, sizeof set, &set)) fail("affinity");
}

// pin_main pins every thread of a process to the first (0) or second (1) processor; threads that come
// later inherit it. Where there is only one processor, nothing needs pinning.
int pin_main(int which, const char *pid) {
    int cpus[2];
    char path[64];
    if (two_cpus(cpus) < 2) return 0;
    snprintf(path, sizeof path, "/proc/%s/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks) fail(path);
    for (struct dirent *task; (task = readdir(tasks));)
        if (task->d_name[0] != '.') pin_thread(atoi(task->d_name), cpus[which & 1]);
    closedir(tasks);
    return 0;
}

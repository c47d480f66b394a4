// copy.h: memcpy, with the small sizes inline: a call costs as much as the copy there.
#ifndef COPY_H
#define COPY_H

#include "baseline.h"

// A copy of known length compiles to one or two moves; two that overlap cover every length between.
#define COPY_TWICE(unit)                                                                       \
    do {                                                                                       \
        memcpy(dst, src, unit);                                                                \
        memcpy((char *)dst + n - (unit), (const char *)src + n - (unit), unit);                \
    } while (0)

static inline void copy(void *restrict dst, const void *restrict src, uint64_t n) {
    if (n > 64) memcpy(dst, src, n);
    else if (n >= 32) COPY_TWICE(32);
    else if (n >= 16) COPY_TWICE(16);
    else if (n >= 8) COPY_TWICE(8);
    else memcpy(dst, src, n);
}

#endif

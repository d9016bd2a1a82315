/* memory.c - see memory.h. */
#include "ledger/memory.h"

#include <errno.h>
#include <sys/mman.h>

void *memory_take(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(memory, bytes, MADV_HUGEPAGE); /* advice: refused where they are switched off */
    if (madvise(memory, bytes, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
        (void)munmap(memory, bytes);
        return NULL;
    }
    return memory; /* EINVAL: an old kernel, which gives pages at their first use */
}

void memory_give(void *memory, size_t bytes) {
    if (memory != NULL) {
        (void)munmap(memory, bytes);
    }
}

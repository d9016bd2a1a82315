/* machine.h - what the figures were measured on. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdint.h>

struct machine {
    char cpu[96], kernel[96], file_system[32]; /* of the scratch folder */
    long cores;
    uint64_t memory_mb;
};

void machine_look(struct machine *machine, const char *folder);

#endif

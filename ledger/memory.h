/* memory.h - large runs of zeroed memory, taken at start from the system in huge pages where it
 * gives them: random access to gigabytes is bound by misses of the page-table cache otherwise. */
#ifndef LEDGER_MEMORY_H
#define LEDGER_MEMORY_H

#include <stddef.h>

void *memory_take(size_t bytes); /* NULL: there is none */
void memory_give(void *memory, size_t bytes);

#endif

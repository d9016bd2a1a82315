/* memory.h - large runs of zeroed memory, taken from the system at start, page by page: a node that
 * lacks memory says so then, and no payment waits for the system to clear a page. In huge pages
 * where there are any: random access to gigabytes is bound by misses of the page-table cache. */
#ifndef LEDGER_MEMORY_H
#define LEDGER_MEMORY_H

#include <stddef.h>

void *memory_take(size_t bytes); /* NULL: there is none */
void memory_give(void *memory, size_t bytes);

#endif

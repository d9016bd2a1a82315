/* tamper.h - changes a closed ledger's files behind its back, as ledger/README.md documents them:
 * records of LMDB databases, and sectors of the journal with their checks made good again. */
#ifndef TESTS_LIB_TAMPER_H
#define TESTS_LIB_TAMPER_H

#include <stddef.h>
#include <stdint.h>

/* Records in a database of `data`/state.mdb. 0: none, or no such database. */
unsigned tamper_count(const char *data, const char *database);
/* Copies a record's value into `value`, of `size` bytes; returns its size. */
size_t tamper_read(const char *data, const char *database, unsigned record, void *value,
                   size_t size);
/* Changes one byte of the value of a record, counted from 0 in order of keys. */
void tamper_xor(const char *data, const char *database, unsigned record, size_t offset,
                uint8_t mask);
void tamper_delete(const char *data, const char *database, unsigned record);

/* Changes one byte in a sector of a segment file, and mends the sector's check. */
void tamper_sector(const char *file, uint32_t segment, uint32_t sector, size_t offset,
                   uint8_t mask);

#endif

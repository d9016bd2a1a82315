/* sector.h - records as runs of 512-byte sectors, each with its own check, so that a torn write
 * (some sectors never written, still zero) can be told from a changed byte. Pure; any thread.
 *
 * A sector is 504 bytes of data and 8 of check: XXH3-64 of the data, seeded with the sector's
 * place, lowest bit set: never zero. */
#ifndef LEDGER_SECTOR_H
#define LEDGER_SECTOR_H

#include <stddef.h>
#include <stdint.h>

/* In the place of the sector in which a record begins: its check is seeded apart, so that no bytes
 * inside a record can pass for the beginning of one. */
#define SECTOR_FIRST ((uint64_t)1 << 63)

enum sector_verdict { SECTOR_GOOD, SECTOR_ZERO, SECTOR_BAD };

/* Bytes of whole sectors that `size` bytes of data take. */
size_t sector_bytes(size_t size);

/* Writes head then body as sectors to `out`, of sector_bytes(both) bytes. place: the first
 * sector's, with SECTOR_FIRST where a record begins. */
void sector_pack(uint8_t *out, uint64_t place, const void *head, size_t head_size, const void *body,
                 size_t body_size);

/* Checks one sector. */
enum sector_verdict sector_check(const uint8_t *sector, uint64_t place);

/* Copies the data of `count` sectors (already checked) to out, `count` * 504 bytes. */
void sector_unpack(uint8_t *out, const uint8_t *sectors, size_t count);

#endif

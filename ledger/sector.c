/* sector.c - see sector.h. */
#include "ledger/sector.h"

#include <string.h>
#include <xxhash.h>

#include "ledger/limits.h"

size_t sector_bytes(size_t size) {
    return (size + SECTOR_DATA - 1) / SECTOR_DATA * SECTOR_BYTES;
}

static uint64_t check_of(const uint8_t *data, uint64_t place) {
    return XXH3_64bits_withSeed(data, SECTOR_DATA, place) | 1;
}

void sector_pack(uint8_t *out, uint64_t place, const void *head, size_t head_size, const void *body,
                 size_t body_size) {
    const uint8_t *source = head;
    size_t left = head_size, total = head_size + body_size;
    for (size_t done = 0; done < total; out += SECTOR_BYTES, place++) {
        size_t filled = 0;
        while (filled < SECTOR_DATA && done < total) {
            if (left == 0) { /* the head is through */
                source = body;
                left = body_size;
            }
            size_t step = SECTOR_DATA - filled < left ? SECTOR_DATA - filled : left;
            memcpy(out + filled, source, step);
            source += step;
            left -= step;
            filled += step;
            done += step;
        }
        memset(out + filled, 0, SECTOR_DATA - filled);
        uint64_t check = check_of(out, place);
        memcpy(out + SECTOR_DATA, &check, sizeof check);
        place &= ~SECTOR_FIRST;
    }
}

enum sector_verdict sector_check(const uint8_t *sector, uint64_t place) {
    static const uint8_t zero[SECTOR_BYTES];
    uint64_t check;
    memcpy(&check, sector + SECTOR_DATA, sizeof check);
    if (check == 0 && memcmp(sector, zero, sizeof zero) == 0) {
        return SECTOR_ZERO;
    }
    return check == check_of(sector, place) ? SECTOR_GOOD : SECTOR_BAD;
}

void sector_unpack(uint8_t *out, const uint8_t *sectors, size_t count) {
    for (size_t i = 0; i < count; i++) {
        memcpy(out + i * SECTOR_DATA, sectors + i * SECTOR_BYTES, SECTOR_DATA);
    }
}

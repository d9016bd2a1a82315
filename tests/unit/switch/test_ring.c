/* test_ring.c - records between two threads, here both sides in one. */
#include <criterion/criterion.h>
#include <string.h>

#include "switch/ring.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

#define SIZE 4096u

static struct ring ring;

static void setup(void) {
    cr_assert_eq(ring_init(&ring, SIZE), 0);
}

static void teardown(void) {
    ring_free(&ring);
}

TestSuite(ring, .init = setup, .fini = teardown);

/* ---- Helpers ------------------------------------------------------------------------------ */

/* Commits a record of `bytes` bytes, each `value`. False: full. */
static bool put(uint32_t bytes, int value) {
    void *place = ring_reserve(&ring, bytes);
    if (place == NULL) {
        return false;
    }
    memset(place, value, bytes);
    ring_commit(&ring, bytes);
    return true;
}

/* Takes the next record, which must be as put wrote it; returns where it is. */
static const void *take(uint32_t bytes, int value) {
    uint32_t found = 0;
    const uint8_t *record = ring_peek(&ring, &found);
    cr_assert_not_null(record);
    cr_assert_eq(found, bytes);
    cr_assert_eq((uintptr_t)record % 8, 0);
    for (uint32_t i = 0; i < bytes; i++) {
        cr_assert_eq(record[i], (uint8_t)value);
    }
    ring_take(&ring);
    return record;
}

static bool none(void) {
    uint32_t bytes = 0;
    return ring_peek(&ring, &bytes) == NULL;
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(ring, records_come_in_order_once_published) {
    cr_expect(none());
    cr_assert(put(1, 1) && put(13, 2) && put(0, 3));
    cr_expect(none(), "not published");
    cr_expect(ring_empty(&ring));
    ring_publish(&ring);
    cr_expect_not(ring_empty(&ring));
    take(1, 1);
    take(13, 2);
    take(0, 0);
    cr_expect(none());
    cr_expect(ring_empty(&ring));
}

Test(ring, a_peek_does_not_take) {
    put(8, 7);
    ring_publish(&ring);
    uint32_t bytes = 0;
    const void *first = ring_peek(&ring, &bytes);
    cr_expect_eq(ring_peek(&ring, &bytes), first);
    take(8, 7);
}

Test(ring, a_room_may_be_used_in_part_or_not_at_all) {
    cr_assert_not_null(ring_reserve(&ring, 1000));
    cr_assert_not_null(ring_reserve(&ring, 2000));
    put(10, 5);
    ring_publish(&ring);
    take(10, 5);
    ring_release(&ring);
    cr_expect_eq(ring_used(&ring), 0);
}

Test(ring, taken_records_stay_until_they_are_released) {
    uint32_t count = SIZE / (uint32_t)ring_cost(56);
    const void *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        cr_assert(put(56, (int)i));
    }
    cr_expect_not(put(56, 0), "full");
    ring_publish(&ring);
    for (uint32_t i = 0; i < count; i++) {
        const void *record = take(56, (int)i);
        first = first == NULL ? record : first;
    }
    cr_expect_not(put(56, 0), "taken, but not released");
    cr_expect_eq(*(const uint8_t *)first, 0);
    ring_release(&ring);
    cr_expect(put(56, 0));
}

Test(ring, a_record_that_would_wrap_starts_over_at_the_base) {
    cr_assert(put(2000, 1) && put(1000, 2));
    ring_publish(&ring);
    const void *base = take(2000, 1);
    cr_expect_not(put(1200, 3), "the base is not free yet");
    ring_release(&ring);
    cr_assert(put(1200, 3));
    ring_publish(&ring);
    take(1000, 2);
    cr_expect_eq(take(1200, 3), base);
    ring_release(&ring);
    cr_expect_eq(ring_used(&ring), 0);
}

Test(ring, a_record_may_fill_it) {
    cr_expect_not(put(SIZE - RING_HEADER + 1, 1));
    for (int i = 0; i < 3; i++) {
        cr_assert(put(SIZE - RING_HEADER, i));
        cr_expect_eq(ring_room(&ring), 0);
        ring_publish(&ring);
        take(SIZE - RING_HEADER, i);
        ring_release(&ring);
    }
}

/* Against a list of sizes, for long enough to wrap thousands of times. */
Test(ring, any_sizes_in_any_order) {
    enum { OPEN_MAX = 1024 };
    static uint32_t sizes[OPEN_MAX];
    uint32_t written = 0, read = 0, random = 1;
    for (int step = 0; step < 200000; step++) {
        random = random * 1664525u + 1013904223u;
        uint32_t bytes = (random >> 8) % ((random >> 30) == 0 ? 1500 : 60);
        if ((random >> 28) % 2 == 0 && written - read < OPEN_MAX && put(bytes, (int)written)) {
            sizes[written++ % OPEN_MAX] = bytes;
            ring_publish(&ring);
        } else if (written != read) {
            take(sizes[read % OPEN_MAX], (int)read);
            read++;
            ring_release(&ring);
        }
        cr_assert_leq(ring_used(&ring), SIZE);
    }
    cr_expect_gt(read, 50000);
}

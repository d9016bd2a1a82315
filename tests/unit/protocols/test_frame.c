/* The scanner of MessagePack frames, and the readers of heads. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "protocols/common/frame.h"

/* ---- Helpers ------------------------------------------------------------------------------- */

struct bytes {
    uint8_t base[64];
    size_t size;
};

/* "93 01 02 03" */
static struct bytes hex(const char *text) {
    struct bytes bytes = {.size = 0};
    while (*text != '\0') {
        bytes.base[bytes.size++] = (uint8_t)strtoul(text, NULL, 16);
        text += text[2] == ' ' ? 3 : 2;
    }
    return bytes;
}

static enum frame_status scan(const void *bytes, size_t size, size_t size_max, size_t *position) {
    struct frame_scanner scanner;
    frame_start(&scanner, size_max);
    enum frame_status status = frame_scan(&scanner, bytes, size);
    *position = scanner.position;
    return status;
}

/* The value is whole, and nothing shorter is; what follows is not looked at. */
static void is_whole(const char *text) {
    struct bytes bytes = hex(text);
    size_t position;
    for (size_t size = 0; size < bytes.size; size++)
        cr_expect_eq(scan(bytes.base, size, 1000, &position), FRAME_MORE, "%s at %zu", text, size);
    bytes.base[bytes.size] = 0xc1;
    cr_expect_eq(scan(bytes.base, bytes.size + 1, 1000, &position), FRAME_DONE, "%s", text);
    cr_expect_eq(position, bytes.size, "%s ends at %zu", text, position);
    /* One byte after another, resuming. */
    struct frame_scanner scanner;
    frame_start(&scanner, 1000);
    for (size_t size = 0; size < bytes.size; size++)
        cr_expect_eq(frame_scan(&scanner, bytes.base, size), FRAME_MORE);
    cr_expect_eq(frame_scan(&scanner, bytes.base, bytes.size), FRAME_DONE);
    cr_expect_eq(scanner.position, bytes.size);
    /* The limit is exact. */
    cr_expect_eq(scan(bytes.base, bytes.size, bytes.size, &position), FRAME_DONE);
    cr_expect_eq(scan(bytes.base, bytes.size, bytes.size - 1, &position), FRAME_TOO_LARGE);
}

/* ---- Cases --------------------------------------------------------------------------------- */

Test(frame, ends_of_every_type) {
    static const char *const texts[] = {
        "00",
        "7f",
        "e0",
        "ff",
        "c0",
        "c2",
        "c3", /* small integers, nil, booleans */
        "cc 01",
        "cd 01 02",
        "ce 01 02 03 04",
        "cf 01 02 03 04 05 06 07 08",
        "d0 01",
        "d1 01 02",
        "d2 01 02 03 04",
        "d3 01 02 03 04 05 06 07 08",
        "ca 01 02 03 04",
        "cb 01 02 03 04 05 06 07 08",
        "a0",
        "a3 61 62 63",
        "d9 00",
        "d9 02 61 62",
        "da 00 01 61",
        "db 00 00 00 02 61 62",
        "c4 00",
        "c4 02 01 02",
        "c5 00 01 ff",
        "c6 00 00 00 01 c1",
        "d4 01 02",
        "d5 01 02 03",
        "d6 01 02 03 04 05",
        "d7 01 02 03 04 05 06 07 08 09",
        "d8 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11",
        "c7 00 01",
        "c7 02 01 02 03",
        "c8 00 01 05 ff",
        "c9 00 00 00 01 05 ff",
        "90",
        "91 00",
        "92 91 90 01",
        "dc 00 00",
        "dc 00 02 01 02",
        "dd 00 00 00 01 90",
        "80",
        "81 01 02",
        "82 01 81 02 03 04 90",
        "de 00 01 01 02",
        "df 00 00 00 01 a1 61 c0",
        "94 00 01 a4 6f 70 65 6e 91 90",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        is_whole(texts[i]);
}

Test(frame, the_unused_byte_is_invalid) {
    size_t position;
    cr_expect_eq(scan("\xc1", 1, 100, &position), FRAME_INVALID);
    cr_expect_eq(scan("\x92\x01\xc1", 3, 100, &position), FRAME_INVALID);
    cr_expect_eq(scan("\xc4\x01\xc1", 3, 100, &position), FRAME_DONE);
}

Test(frame, depth_is_bounded) {
    uint8_t bytes[64];
    size_t position;
    memset(bytes, 0x91, sizeof bytes);
    bytes[FRAME_DEPTH_MAX] = 0x00;
    cr_expect_eq(scan(bytes, sizeof bytes, 100, &position), FRAME_DONE);
    bytes[FRAME_DEPTH_MAX] = 0x91;
    cr_expect_eq(scan(bytes, sizeof bytes, 100, &position), FRAME_TOO_DEEP);
    memset(bytes, 0x81, sizeof bytes); /* maps in maps' keys */
    cr_expect_eq(scan(bytes, sizeof bytes, 100, &position), FRAME_TOO_DEEP);
}

Test(frame, levels_close_when_they_are_full) {
    uint8_t bytes[400] = {0xdc, 0, 100};
    size_t used = 3, position;
    for (int i = 0; i < 100; i++) { /* a hundred neighbours, never deep */
        bytes[used++] = 0x91;
        bytes[used++] = 0x90;
    }
    cr_expect_eq(scan(bytes, sizeof bytes, 1000, &position), FRAME_DONE);
    cr_expect_eq(position, used);
}

Test(frame, claims_beyond_the_limit_are_refused_at_their_head) {
    static const char *const texts[] = {
        "dd ff ff ff ff", "df ff ff ff ff", "dc 03 e8",          "de 01 f4",
        "db 00 00 03 e4", "c6 ff ff ff ff", "c9 ff ff ff ff 01", "93 01 dc 03 e4",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bytes bytes = hex(texts[i]);
        size_t position;
        cr_expect_eq(scan(bytes.base, bytes.size, 1000, &position), FRAME_TOO_LARGE, "%s",
                     texts[i]);
    }
    struct bytes fits = hex("dc 03 e5"); /* 997 values of a byte each */
    size_t position;
    cr_expect_eq(scan(fits.base, fits.size, 1000, &position), FRAME_MORE);
}

Test(frame, claims_of_many_containers_add_up) {
    /* Each claim alone fits into the limit of 100 bytes; together they do not. */
    struct bytes bytes = hex("92 dc 00 40 dc 00 40");
    size_t position;
    cr_expect_eq(scan(bytes.base, bytes.size, 100, &position), FRAME_TOO_LARGE);
}

Test(frame, a_payload_is_skipped_not_looked_at) {
    struct frame_scanner scanner;
    uint8_t bytes[600] = {0x92, 0xc5, 0x02, 0x00};
    frame_start(&scanner, 1000);
    cr_expect_eq(frame_scan(&scanner, bytes, 4), FRAME_MORE);
    cr_expect_eq(scanner.position, 4 + 512);
    cr_expect_eq(frame_scan(&scanner, bytes, 515), FRAME_MORE);
    cr_expect_eq(frame_scan(&scanner, bytes, 516), FRAME_MORE);
    cr_expect_eq(frame_scan(&scanner, bytes, 517), FRAME_DONE);
}

Test(frame, a_limit_of_nothing_lets_nothing_pass) {
    size_t position;
    cr_expect_eq(scan("\x00", 1, 0, &position), FRAME_TOO_LARGE);
    cr_expect_eq(scan("", 0, 0, &position), FRAME_MORE);
}

Test(frame, readers_take_every_width) {
    uint32_t count = 0;
    uint64_t value = 0;
    struct slice text;
    cr_expect_eq(frame_read_array("\x95", 1, &count), 1);
    cr_expect_eq(count, 5);
    cr_expect_eq(frame_read_array("\xdc\x01\x02", 3, &count), 3);
    cr_expect_eq(count, 0x102);
    cr_expect_eq(frame_read_array("\xdd\x00\x01\x02\x03", 5, &count), 5);
    cr_expect_eq(count, 0x10203);
    cr_expect_eq(frame_read_uint("\x7f", 1, &value), 1);
    cr_expect_eq(value, 127);
    cr_expect_eq(frame_read_uint("\xcc\xff", 2, &value), 2);
    cr_expect_eq(value, 255);
    cr_expect_eq(frame_read_uint("\xcf\x01\x00\x00\x00\x00\x00\x00\x02", 9, &value), 9);
    cr_expect_eq(value, ((uint64_t)1 << 56) + 2);
    cr_expect_eq(frame_read_string("\xa3"
                                   "abcd",
                                   5, &text),
                 4);
    cr_expect(slice_equal(text, SLICE("abc")));
    cr_expect_eq(frame_read_string("\xd9\x02"
                                   "ab",
                                   4, &text),
                 4);
    cr_expect_eq(frame_read_string("\xc4\x02"
                                   "ab",
                                   4, &text),
                 4);
    cr_expect(slice_equal(text, SLICE("ab")));
}

Test(frame, readers_refuse_other_types_and_short_bytes) {
    uint32_t count;
    uint64_t value;
    struct slice text;
    cr_expect_eq(frame_read_array("\x81", 1, &count), 0);
    cr_expect_eq(frame_read_array("\xdc\x01", 2, &count), 0);
    cr_expect_eq(frame_read_array("", 0, &count), 0);
    cr_expect_eq(frame_read_uint("\xff", 1, &value), 0);
    cr_expect_eq(frame_read_uint("\xd0\x01", 2, &value), 0);
    cr_expect_eq(frame_read_uint("\xcd\x01", 2, &value), 0);
    cr_expect_eq(frame_read_uint("", 0, &value), 0);
    cr_expect_eq(frame_read_string("\xa3"
                                   "ab",
                                   3, &text),
                 0);
    cr_expect_eq(frame_read_string("\xd9", 1, &text), 0);
    cr_expect_eq(frame_read_string("\xc6\xff\xff\xff\xff"
                                   "a",
                                   6, &text),
                 0);
    cr_expect_eq(frame_read_string("\x01", 1, &text), 0);
    cr_expect_eq(frame_read_string("", 0, &text), 0);
}

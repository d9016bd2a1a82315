#include "protocols/common/frame.h"

#include "protocols/common/assert.h"

/* The head of a value: `head` bytes, then `payload` bytes or `count` values (map: two a pair). */
struct head {
    size_t head;
    uint64_t payload, count;
};

static uint64_t big_endian(const uint8_t *bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Bytes of the number behind the type byte of 0xc4..0xdf: a length, a count, or the value. */
static const uint8_t number_size[] = {
    1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, /* c4 bin, c7 ext, ca float, cc uint, d0 int */
    0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,             /* d4 fixext, d9 str, dc array, de map */
};

/* Reads the head of types 0xc4..0xdf. False: it does not end within `size` bytes. */
static bool read_long_head(const uint8_t *bytes, size_t size, struct head *head) {
    uint8_t type = bytes[0];
    size_t number = number_size[type - 0xc4];
    if (size < 1 + number)
        return false;
    head->head = 1 + number;
    if (type >= 0xca && type <= 0xd3) /* float, uint, int: the number is all */
        return true;
    uint64_t value = big_endian(bytes + 1, number);
    if (type >= 0xdc)
        head->count = type >= 0xde ? value * 2 : value;
    else if (type >= 0xd4 && type <= 0xd8)
        head->payload = 1 + ((uint64_t)1 << (type - 0xd4)); /* an ext has one byte of type */
    else
        head->payload = type >= 0xc7 && type <= 0xc9 ? value + 1 : value;
    return true;
}

static bool read_head(const uint8_t *bytes, size_t size, struct head *head) {
    uint8_t type = bytes[0];
    *head = (struct head){.head = 1};
    if (type < 0x80 || type >= 0xe0 || (type >= 0xc0 && type <= 0xc3))
        return true;
    if (type >= 0xc4)
        return read_long_head(bytes, size, head);
    if (type >= 0xa0)
        head->payload = type & 31u;
    else if (type >= 0x90)
        head->count = type & 15u;
    else
        head->count = (type & 15u) * 2u;
    return true;
}

void frame_start(struct frame_scanner *scanner, size_t size_max) {
    *scanner = (struct frame_scanner){.size_max = size_max, .awaited = 1};
    scanner->level[0] = 1;
}

/* Takes the value whose head was read, opening a level or closing those it completes. */
static enum frame_status take(struct frame_scanner *scanner, const struct head *head) {
    ASSERT(scanner->level[scanner->depth] > 0);
    scanner->level[scanner->depth]--;
    scanner->awaited += head->count;
    scanner->awaited--;
    size_t left = scanner->size_max - scanner->position; /* each awaited value has a byte */
    if (head->head > left || head->payload > left - head->head ||
        scanner->awaited > left - head->head - head->payload)
        return FRAME_TOO_LARGE;
    scanner->position += head->head + (size_t)head->payload;
    if (head->count > 0) {
        if (scanner->depth == FRAME_DEPTH_MAX)
            return FRAME_TOO_DEEP;
        scanner->level[++scanner->depth] = (uint32_t)head->count; /* at most size_max */
    }
    while (scanner->depth > 0 && scanner->level[scanner->depth] == 0)
        scanner->depth--;
    return FRAME_MORE;
}

enum frame_status frame_scan(struct frame_scanner *scanner, const void *bytes, size_t size) {
    ASSERT(scanner->size_max <= UINT32_MAX);
    const uint8_t *base = bytes;
    while (scanner->awaited > 0) {
        if (scanner->position >= size)
            return FRAME_MORE;
        if (base[scanner->position] == 0xc1)
            return FRAME_INVALID;
        struct head head;
        if (!read_head(base + scanner->position, size - scanner->position, &head))
            return FRAME_MORE;
        enum frame_status status = take(scanner, &head);
        if (status != FRAME_MORE)
            return status;
    }
    return scanner->position <= size ? FRAME_DONE : FRAME_MORE;
}

size_t frame_read_array(const void *bytes, size_t size, uint32_t *count) {
    const uint8_t *base = bytes;
    struct head head;
    if (size == 0 || (base[0] >> 4 != 9 && base[0] != 0xdc && base[0] != 0xdd) ||
        !read_head(base, size, &head))
        return 0;
    *count = (uint32_t)head.count;
    return head.head;
}

size_t frame_read_uint(const void *bytes, size_t size, uint64_t *value) {
    const uint8_t *base = bytes;
    if (size == 0)
        return 0;
    if (base[0] < 0x80) {
        *value = base[0];
        return 1;
    }
    struct head head;
    if (base[0] < 0xcc || base[0] > 0xcf || !read_head(base, size, &head))
        return 0;
    *value = big_endian(base + 1, head.head - 1);
    return head.head;
}

size_t frame_read_string(const void *bytes, size_t size, struct slice *text) {
    const uint8_t *base = bytes;
    struct head head;
    if (size == 0 || !(base[0] >> 5 == 5 || (base[0] >= 0xd9 && base[0] <= 0xdb) ||
                       (base[0] >= 0xc4 && base[0] <= 0xc6)))
        return 0;
    if (!read_head(base, size, &head) || head.payload > size - head.head)
        return 0;
    *text = (struct slice){(const char *)bytes + head.head, (size_t)head.payload};
    return head.head + (size_t)head.payload;
}

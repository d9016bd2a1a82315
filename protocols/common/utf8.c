#include "protocols/common/utf8.h"

/* The size that a character's first byte promises; 0: it is no first byte. */
static size_t promised_size(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t utf8_read(struct slice text, uint32_t *code) {
    static const uint32_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text.base;
    size_t size = promised_size(bytes[0]);
    *code = 0;
    if (size == 0 || size > text.size)
        return 0;
    uint32_t value = bytes[0] & first_bits[size];
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fu);
    }
    if (value < smallest[size] || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
        return 0;
    *code = value;
    return size;
}

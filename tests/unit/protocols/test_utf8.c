/* UTF-8: what is a character, and what is none. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "protocols/common/utf8.h"

/* Writes a number as UTF-8 would, with `size` bytes, be that allowed or not. */
static struct slice write_as(uint32_t code, size_t size, char bytes[4]) {
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    bytes[0] = (char)(first[size] | code);
    return (struct slice){bytes, size};
}

static size_t size_of(uint32_t code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

Test(utf8, every_character_is_read_back) {
    char bytes[4];
    for (uint32_t code = 0; code < 0x200000; code++) {
        uint32_t read = 1;
        bool good = code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
        size_t size = utf8_read(write_as(code, size_of(code), bytes), &read);
        cr_assert(size == (good ? size_of(code) : 0) && read == (good ? code : 0), "U+%X", code);
    }
}

Test(utf8, longer_forms_and_what_is_cut_short_are_no_characters) {
    char bytes[4];
    uint32_t code;
    for (uint32_t number = 0; number < 0x10000; number++)
        for (size_t size = size_of(number) + 1; size <= 4; size++)
            cr_assert_eq(utf8_read(write_as(number, size, bytes), &code), 0, "U+%X", number);
    for (size_t size = 2; size <= 4; size++) {
        /* as large as what there is, so that a read behind it is seen */
        struct slice whole = write_as(size == 2   ? 0x410
                                      : size == 3 ? 0x20ac
                                                  : 0x1f600,
                                      size, bytes);
        for (size_t left = 1; left < size; left++) {
            char *cut = malloc(left);
            cr_assert_not_null(cut);
            memcpy(cut, whole.base, left);
            cr_expect_eq(utf8_read((struct slice){cut, left}, &code), 0);
            free(cut);
        }
    }
}

Test(utf8, other_bytes_are_no_characters) {
    static const char *const wrong[] = {"\x80",
                                        "\xbf",
                                        "\xc3(",
                                        "\xe2\x82(",
                                        "\xf0\x9f\x98(",
                                        "\xf8\x90\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xfe",
                                        "\xff"};
    uint32_t code;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(utf8_read(slice_text(wrong[i]), &code), 0, "%zu", i);
    for (unsigned first = 0x80; first < 0x100; first++) {
        const char bytes[] = {(char)first, (char)0x90, (char)0x80, (char)0x80};
        bool good = first >= 0xc2 && first != 0xe0 && first < 0xf4;
        cr_expect_eq(utf8_read((struct slice){bytes, 4}, &code) != 0, good, "%02x", first);
    }
    cr_expect_eq(utf8_read(SLICE("\xd0\x90z"), &code), 2, "what follows is not looked at");
    cr_expect_eq(code, 0x410);
}

/* slice.h - borrowed bytes: a place and a size. Not NUL-terminated. */
#ifndef PROTOCOLS_COMMON_SLICE_H
#define PROTOCOLS_COMMON_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *base;
    size_t size;
};

/* The slice of a string literal. */
#define SLICE(literal) ((struct slice){"" literal, sizeof(literal) - 1})

static inline struct slice slice_text(const char *text) {
    return (struct slice){text, strlen(text)};
}

static inline bool slice_equal(struct slice a, struct slice b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.base, b.base, a.size) == 0);
}

/* ASCII letters compare without case: for names of HTTP headers. */
static inline bool slice_equal_nocase(struct slice a, struct slice b) {
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        unsigned char x = (unsigned char)a.base[i], y = (unsigned char)b.base[i];
        if (x >= 'A' && x <= 'Z')
            x = (unsigned char)(x + 32);
        if (y >= 'A' && y <= 'Z')
            y = (unsigned char)(y + 32);
        if (x != y)
            return false;
    }
    return true;
}

static inline bool slice_starts(struct slice slice, struct slice prefix) {
    return slice.size >= prefix.size &&
           slice_equal((struct slice){slice.base, prefix.size}, prefix);
}

/* Without its first `count` bytes, which must be there. */
static inline struct slice slice_after(struct slice slice, size_t count) {
    return count == 0 ? slice : (struct slice){slice.base + count, slice.size - count};
}

/* Cuts the slice at the first `mark`: what stands before it, and *rest is left behind it. */
static inline struct slice slice_cut(struct slice *rest, char mark) {
    const char *place = rest->size == 0 ? NULL : memchr(rest->base, mark, rest->size);
    struct slice part = *rest;
    if (place != NULL)
        part.size = (size_t)(place - rest->base);
    *rest = slice_after(*rest, place == NULL ? rest->size : part.size + 1);
    return part;
}

/* Without those of the characters `blanks` that stand at either end; a NUL is none of them. */
static inline struct slice slice_trim(struct slice text, const char *blanks) {
    while (text.size > 0 && text.base[0] != '\0' && strchr(blanks, text.base[0]) != NULL)
        text = slice_after(text, 1);
    while (text.size > 0 && text.base[text.size - 1] != '\0' &&
           strchr(blanks, text.base[text.size - 1]) != NULL)
        text.size--;
    return text;
}

#endif

/* buffer.h - a growable run of bytes with a ceiling: what encoders write into.
 * One thread at a time. A failed append (ceiling or memory) marks the buffer as failed and drops
 * what follows, so an encoder checks once, at its end. */
#ifndef PROTOCOLS_COMMON_BUFFER_H
#define PROTOCOLS_COMMON_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *base;
    size_t used, size, ceiling; /* bytes; ceiling: never grows past it */
    bool failed;
};

void buffer_init(struct buffer *buffer, size_t ceiling); /* allocates nothing yet */
void buffer_free(struct buffer *buffer);
void buffer_append(struct buffer *buffer, const void *bytes, size_t count);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_format_list(struct buffer *buffer, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* Room for `count` bytes at the end, for the caller to fill; NULL when it failed. */
char *buffer_extend(struct buffer *buffer, size_t count);

#endif

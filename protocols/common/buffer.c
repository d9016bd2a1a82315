#include "protocols/common/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/common/assert.h"

enum { SIZE_FIRST = 512 }; /* bytes of the first allocation: most replies fit */

void buffer_init(struct buffer *buffer, size_t ceiling) {
    *buffer = (struct buffer){.ceiling = ceiling};
}

void buffer_free(struct buffer *buffer) {
    free(buffer->base);
    *buffer = (struct buffer){.ceiling = buffer->ceiling};
}

/* Makes room for `count` bytes more, or marks the buffer as failed. */
static bool grow(struct buffer *buffer, size_t count) {
    ASSERT(buffer->used <= buffer->size);
    if (buffer->failed)
        return false;
    if (buffer->size - buffer->used >= count)
        return true;
    if (buffer->used > buffer->ceiling || count > buffer->ceiling - buffer->used) {
        buffer->failed = true;
        return false;
    }
    size_t need = buffer->used + count, size = buffer->size * 2;
    if (size < SIZE_FIRST)
        size = SIZE_FIRST;
    if (size < need)
        size = need;
    if (size > buffer->ceiling)
        size = buffer->ceiling;
    char *base = realloc(buffer->base, size);
    if (base == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->base = base;
    buffer->size = size;
    return true;
}

char *buffer_extend(struct buffer *buffer, size_t count) {
    if (!grow(buffer, count))
        return NULL;
    char *place = buffer->base + buffer->used;
    buffer->used += count;
    return place;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t count) {
    if (count == 0)
        return;
    char *place = buffer_extend(buffer, count);
    if (place != NULL)
        memcpy(place, bytes, count);
}

void buffer_text(struct buffer *buffer, const char *text) {
    buffer_append(buffer, text, strlen(text));
}

void buffer_format_list(struct buffer *buffer, const char *format, va_list arguments) {
    if (buffer->failed)
        return;
    va_list again;
    va_copy(again, arguments);
    size_t room = buffer->size - buffer->used;
    char *end = buffer->base == NULL ? NULL : buffer->base + buffer->used;
    int count = vsnprintf(end, room, format, arguments);
    if (count < 0) {
        buffer->failed = true;
    } else if ((size_t)count < room) {
        buffer->used += (size_t)count;
    } else if (grow(buffer, (size_t)count + 1)) { /* vsnprintf ends with a NUL */
        vsnprintf(buffer->base + buffer->used, (size_t)count + 1, format, again);
        buffer->used += (size_t)count;
    }
    va_end(again);
}

void buffer_format(struct buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(buffer, format, arguments);
    va_end(arguments);
}

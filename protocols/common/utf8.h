/* utf8.h - characters of UTF-8, by RFC 3629. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_UTF8_H
#define PROTOCOLS_COMMON_UTF8_H

#include <stdint.h>

#include "protocols/common/slice.h"

/* The size in bytes (1..4) of the character at the start of text, which must not be empty, and its
 * number in *code. 0: there is none: cut short, a longer form than need be, half of a UTF-16 pair,
 * beyond U+10FFFF, or no UTF-8 at all; *code is then 0. */
size_t utf8_read(struct slice text, uint32_t *code);

#endif

/* text.h - pieces of JSON text: strings, amounts, times. They append to a buffer, which keeps note
 * of failures itself. Pure; any thread. */
#ifndef PROTOCOLS_JSON_API_TEXT_H
#define PROTOCOLS_JSON_API_TEXT_H

#include <stdint.h>

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

/* A string with its quotes. bytes must be UTF-8. */
void text_string(struct buffer *buffer, struct slice bytes);

/* Each appends `,"name":value`. */
void text_number(struct buffer *buffer, const char *name, uint64_t value);
void text_bool(struct buffer *buffer, const char *name, bool value);
void text_word(struct buffer *buffer, const char *name, const char *word); /* nothing to escape */
void text_amount(struct buffer *buffer, const char *name, uint64_t tiyn);
void text_balance(struct buffer *buffer, const char *name, int64_t tiyn);
void text_limit(struct buffer *buffer, const char *name, uint64_t tiyn);    /* null when none */
void text_id(struct buffer *buffer, const char *name, uint64_t id);         /* null when 0    */
void text_date(struct buffer *buffer, const char *name, uint32_t yyyymmdd); /* null when 0 */
void text_time(struct buffer *buffer, const char *name, uint64_t time_ns);  /* null when 0 */
void text_operation(struct buffer *buffer, uint16_t operation); /* its name, else its number */

/* `,"name":"..."` when bytes are UTF-8 without control characters, else `,"name_base64":"..."`. */
void text_bytes(struct buffer *buffer, const char *name, struct slice bytes);
void text_base64(struct buffer *buffer, const char *name, struct slice bytes);

#endif

/* percent.h - percent-encoding of URLs and of form bodies. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_PERCENT_H
#define PROTOCOLS_COMMON_PERCENT_H

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

/* Decodes into `bytes`, which has room for `max`; '+' is a blank, as in forms. False: badly encoded
 * or longer. */
bool percent_decode(struct slice text, char *bytes, size_t max, size_t *size);
/* Appends text with all but letters, digits and - . _ ~ encoded: good in a path, in a query and in
 * a form. */
void percent_encode(struct buffer *out, struct slice text);

#endif

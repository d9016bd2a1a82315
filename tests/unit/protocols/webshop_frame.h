/* webshop_frame.h - requests of a shop, made of one that is right by changing it. */
#ifndef TESTS_UNIT_PROTOCOLS_WEBSHOP_FRAME_H
#define TESTS_UNIT_PROTOCOLS_WEBSHOP_FRAME_H

#include "protocols/webshop/webshop.h"

/* Invoice INV-1 of merchant 72222222229, wallet 72222222230, 5.00 KZT, all that there can be; an
 * "@" where the Signature goes. */
extern const char webshop_frame[];

/* The frame with the first `from` replaced by `to`. Static, until the next call. */
const char *webshop_frame_with(const char *from, const char *to);
/* A text with its "@" replaced by a Signature that has the right form and signs nothing. Static,
 * until the next call. */
struct slice webshop_unsigned(const char *frame);

#endif

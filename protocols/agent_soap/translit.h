/* translit.h - Cyrillic as ASCII, for partners whose platform cannot verify other text. Pure; any
 * thread. */
#ifndef PROTOCOLS_AGENT_SOAP_TRANSLIT_H
#define PROTOCOLS_AGENT_SOAP_TRANSLIT_H

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

/* Appends `text` (UTF-8) with Russian and Kazakh letters in Latin ones; what else is not ASCII
 * becomes '?'. */
void translit(struct buffer *out, struct slice text);

#endif

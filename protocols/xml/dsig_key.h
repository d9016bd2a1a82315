/* dsig_key.h - keys as xmlsec and OpenSSL have them; between the files of this folder. */
#ifndef PROTOCOLS_XML_DSIG_KEY_H
#define PROTOCOLS_XML_DSIG_KEY_H

#include <xmlsec/keys.h>

#include "protocols/xml/dsig.h"

/* Read-only after they are made, and shared by threads: each use takes a copy of `key`, which is a
 * reference to the same OpenSSL key. */
struct dsig_public {
    xmlSecKey *key;
    uint32_t bits;
};
struct dsig_private {
    xmlSecKey *key;
};

#endif

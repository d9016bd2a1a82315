/* dsig_key.h - keys as xmlsec and OpenSSL have them; between the files of this folder. */
#ifndef PROTOCOLS_XML_DSIG_KEY_H
#define PROTOCOLS_XML_DSIG_KEY_H

#include <xmlsec/keys.h>

#include "protocols/xml/dsig_rsa.h"

/* Shared by threads. */
struct dsig_public {
    struct dsig_rsa *rsa;
    uint32_t bits;
};
struct dsig_private {
    struct dsig_rsa *rsa;
    xmlSecKey *key; /* the same, read-only: each use takes a copy, which is a reference */
};

#endif

/* dsig_names.h - how XML-DSig names the algorithms that are taken; between the files of this
 * folder. */
#ifndef PROTOCOLS_XML_DSIG_NAMES_H
#define PROTOCOLS_XML_DSIG_NAMES_H

#include "protocols/xml/dsig.h"

#define DSIG_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"
#define DSIG_ENVELOPED DSIG_NAMESPACE "enveloped-signature"

enum { DSIG_HASHES = DSIG_SHA256 + 1, DSIG_C14NS = DSIG_INCLUSIVE_COMMENTS + 1 };

/* Both by their enum. */
extern const struct dsig_hash_names { const char *signature, *digest; } dsig_hashes[DSIG_HASHES];
extern const char *const dsig_c14ns[DSIG_C14NS];

#endif

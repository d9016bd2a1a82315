/* dsig_judge.h - signatures and canonical forms as xmlsec and libxml2 see them: the judges of
 * protocols/xml, which has verifying and writing of its own. */
#ifndef TESTS_LIB_DSIG_JUDGE_H
#define TESTS_LIB_DSIG_JUDGE_H

#include "protocols/xml/c14n.h"
#include "protocols/xml/dsig.h"

struct judge_verdict {
    bool digest;    /* the one Reference holds                            */
    bool signature; /* and so does the value, with this key: all is well */
};

/* Runs xmlsec over what dsig_find found. key: DER of a public key. The tree gets IDs by that. */
struct judge_verdict judge_signature(const struct dsig_found *found, struct slice key);

/* Whether what dsig_verify and dsig_digest_matches say is xmlsec's verdict, for each of them but
 * for what policy alone refuses: SHA-1 and short keys without `legacy`. */
bool judge_agrees(const struct dsig_found *found, struct slice key, bool legacy);

/* libxml2's form of an element; false: there is none. */
bool judge_form(const xmlNode *apex, const xmlNode *omitted, struct c14n_form form,
                struct buffer *out);

/* Whether c14n_write makes the same of an element as libxml2, in each of its four forms. */
bool judge_forms_agree(const xmlNode *apex, const xmlNode *omitted);

#endif

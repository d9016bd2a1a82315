/* forge.h - messages with signatures of any form, good and bad, made with xmlsec itself rather than
 * with the code under test; our verdict of a message, and that of the command xmlsec1. Keys are
 * soap_rig.h's, by name: "agent" (RSA-1024), "agent2048", "stranger". */
#ifndef TESTS_UNIT_PROTOCOLS_FORGE_H
#define TESTS_UNIT_PROTOCOLS_FORGE_H

#include "protocols/xml/dsig.h"

#define FORGE_DSIG "http://www.w3.org/2000/09/xmldsig#"
#define FORGE_MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define FORGE_ENVELOPED "<Transform Algorithm=\"" FORGE_DSIG "enveloped-signature\"/>"

/* What a Signature says; NULL: what an honest one says, with SHA-256 and exclusive C14N. */
struct forge {
    const char *key;                    /* who signs; NULL: "agent2048"                       */
    bool hmac;                          /* by HMAC, the secret being the PEM of the public key */
    const char *attributes;             /* of Signature */
    const char *c14n, *method, *digest; /* Algorithm */
    const char *reference;              /* attributes of Reference */
    const char *transforms;             /* all that is inside Transforms */
    const char *behind;                 /* SignatureValue */
};

/* A payment of 100.00 with an "@" where the Signature goes: a child of the Header, as it should. */
extern const char forge_frame[];

/* The frame with its "@" replaced by a Signature that holds. The caller's to free. Elements with
 * the attribute Id can be referred to. Aborts the test when xmlsec cannot make it. */
struct buffer forge_sign(const char *frame, const struct forge *how);

/* Replaces the first `from` in the message by `to`; it must be there. */
void forge_change(struct buffer *message, const char *from, const char *to);

enum forge_verdict {
    FORGE_VERIFIES,
    FORGE_FALSE,     /* dsig_verify refuses  */
    FORGE_STRUCTURE, /* dsig_find refuses    */
    FORGE_DOCUMENT,  /* xml_parse refuses    */
};
/* Ours; where we look at the signature xmlsec must agree. The Signature must be in the root's first
 * child when that is a Header, else in the root. */
enum forge_verdict forge_verdict(const struct buffer *message, const char *key, bool legacy);
/* The same with a key of the caller's, in DER. */
enum forge_verdict forge_verdict_with(struct slice message, struct slice key, bool legacy);

/* Whether the command is there. */
bool forge_xmlsec1_installed(void);
/* Whether `xmlsec1 --verify` takes the message; key_file: a path; option: "--pubkey-pem",
 * "--hmackey"; NULL: the key is in the message. Elements named Body have the ID attribute Id. */
bool forge_xmlsec1(struct slice message, const char *option, const char *key_file);
/* The path of a public key's PEM; static. */
const char *forge_key_file(const char *key);

#endif

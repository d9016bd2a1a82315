/* c14n.h - Canonical XML 1.0 and Exclusive XML Canonicalization 1.0 of trees that xml_parse made:
 * byte for byte what libxml2's own writer makes of them. Any thread that has the tree. */
#ifndef PROTOCOLS_XML_C14N_H
#define PROTOCOLS_XML_C14N_H

#include "protocols/xml/xml.h"

/* The most bytes of a form for each one of the document: <a/> gets an end tag, and a quotation mark
 * in an attribute becomes &quot;. */
#define C14N_BYTES_MAX (8 * (size_t)XML_BYTES_MAX)

struct c14n_form {
    bool exclusive; /* namespaces where they are used, rather than where they are declared */
    bool comments;  /* they are part of it */
};

/* Whether the document has a canonical form: one with a relative namespace has none. To be asked
 * before c14n_write. */
bool c14n_exists(const xmlDoc *document);

/* Appends the form of the element `apex` and all in it, but for the element `omitted` (NULL: none).
 * Of the root it is the form of the document, comments beside the root left out. False: no memory,
 * or the tree has what xml_parse takes from nobody. */
bool c14n_write(const xmlNode *apex, const xmlNode *omitted, struct c14n_form form,
                struct buffer *out);

#endif

/* xml.h - XML from strangers, over libxml2: parsed under guard, and read without surprises.
 * Any thread, one document a thread at a time. xml_start once before all. */
#ifndef PROTOCOLS_XML_XML_H
#define PROTOCOLS_XML_XML_H

#include <libxml/tree.h>

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

#define XML_BYTES_MAX 65536 /* of a document: the largest real one has 3 KiB     */
#define XML_DEPTH_MAX 64    /* elements within one another: a real one has 7     */
#define XML_NODES_MAX 4096  /* elements, attributes and texts: a real one has 140 */
/* Canonical XML looks each namespace in scope up, at each element, through all of them and all the
 * elements around; and sorts an element's attributes one by one. Without these bounds it takes
 * six seconds for 26 KB that nobody signed; with them, 10 ms for the worst that was found. */
#define XML_WORK_MAX 131072   /* over elements, namespaces so far * (they + depth): 1,000 */
#define XML_ATTRIBUTES_MAX 64 /* of an element, namespaces among them: a real one has 3 */
#define XML_NAME_MAX 128      /* bytes of a name with its prefix: a real one has 31     */

/* Prepares libxml2 and xmlsec for all threads: no network, no files, errors nowhere but in return
 * values. 0 or -1. Calls after the first do nothing. */
int xml_start(void);

enum xml_status {
    XML_OK,
    XML_TOO_LARGE, /* more than XML_BYTES_MAX: not looked at            */
    XML_FORBIDDEN, /* a DTD, a processing instruction or another encoding than UTF-8 */
    XML_TOO_DEEP,  /* or too many nodes, namespaces, attributes, or a long name */
    XML_MALFORMED,
    XML_NO_MEMORY,
};
/* Parses one whole document. A byte order mark is dropped, XML declarations of any quotes are
 * fine. XML_OK: *document is the caller's, for xmlFreeDoc. */
enum xml_status xml_parse(struct slice bytes, xmlDoc **document);

/* The element's first, next child element; NULL: none. Comments and white space are passed over;
 * other text between elements is the caller's to refuse: xml_has_text. */
xmlNode *xml_first(const xmlNode *element);
xmlNode *xml_next(const xmlNode *element);
bool xml_has_text(const xmlNode *element);
/* True when the element has this local name and namespace ("": none). */
bool xml_is(const xmlNode *element, const char *name_space, const char *name);
/* The text of an element that has nothing but one run of text (CDATA included): *text is borrowed
 * from the document. An empty element has the empty text. False: it has children, comments or
 * entities inside. */
bool xml_text(const xmlNode *element, struct slice *text);

/* Appends text escaped so that it is canonical XML: & < > and CR in text. What XML 1.0 has no
 * character for, or is not UTF-8, becomes U+FFFD. */
void xml_escape(struct buffer *out, struct slice text);

#endif

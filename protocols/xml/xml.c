#include "protocols/xml/xml.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <stdint.h>
#include <xmlsec/base64.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmlsec.h>

#include "protocols/common/assert.h"
#include "protocols/common/utf8.h"
#include "protocols/xml/dsig_rsa.h"

/* ---- Start -------------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started = -1;

__attribute__((format(printf, 2, 3))) static void drop_error(void *context, const char *text, ...) {
    (void)context;
    (void)text;
}

/* No entity, schema or key is ever fetched from anywhere. */
static xmlParserInput *load_nothing(const char *url, const char *id, xmlParserCtxt *context) {
    (void)url, (void)id, (void)context;
    return NULL;
}

static void start(void) {
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, drop_error);       /* of this thread */
    xmlThrDefSetGenericErrorFunc(NULL, drop_error); /* of those that are to come */
    xmlSetExternalEntityLoader(load_nothing);
    if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecCryptoAppInit(NULL) < 0 ||
        xmlSecCryptoInit() < 0 || !dsig_rsa_start()) {
        return;
    }
    xmlSecErrorsDefaultCallbackEnableOutput(0);
    xmlSecBase64SetDefaultLineSize(0); /* an answer has no white space anywhere */
    started = 0;
}

int xml_start(void) {
    (void)pthread_once(&once, start);
    return started;
}

/* ---- The guard before the parser ---------------------------------------------------------- */

static bool starts_at(struct slice bytes, size_t at, struct slice text) {
    return slice_starts(slice_after(bytes, at), text);
}

/* The end of what begins at `at` with `open` bytes and is closed by `close`; 0: it is not. */
static size_t skip(struct slice bytes, size_t at, size_t open, struct slice close) {
    const char *from = bytes.base + at + open;
    size_t left = bytes.size - at - open;
    const char *found = memmem(from, left, close.base, close.size);
    return found == NULL ? 0 : (size_t)(found - bytes.base) + close.size;
}

/* Whether the declaration at the start says another encoding than UTF-8. Its size goes to *size. */
static bool declares_other(struct slice bytes, size_t *size) {
    const struct slice name = SLICE("encoding");
    *size = skip(bytes, 0, 5, SLICE("?>"));
    struct slice text = {bytes.base, *size};
    const char *at = memmem(text.base, text.size, name.base, name.size);
    if (*size == 0 || at == NULL) {
        return *size == 0;
    }
    struct slice rest = slice_after(text, (size_t)(at - text.base) + name.size);
    while (rest.size > 0 && strchr(" \t\r\n=\"'", rest.base[0]) != NULL) {
        rest = slice_after(rest, 1);
    }
    return rest.size < 6 || !slice_equal_nocase((struct slice){rest.base, 5}, SLICE("UTF-8")) ||
           strchr("\"'", rest.base[5]) == NULL;
}

/* Looks at markup without understanding it: what is forbidden is found wherever the parser could
 * find it, and maybe elsewhere, which is fine. */
struct guard {
    size_t at, depth, nodes, namespaces, work;
};

/* What one tag has; sizes in bytes. */
struct tag {
    size_t attributes, namespaces; /* equal signs; words that begin so */
    size_t name_longest;           /* of all that stands outside of quotes without a blank */
    char last;                     /* before the '>' */
};

/* What ends a name outside of quotes. */
static const bool ends_name[256] = {[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true,
                                    ['='] = true, ['"'] = true,  ['\''] = true, ['>'] = true};

/* Takes the tag at guard->at apart, and moves behind it. False: it does not end. */
static bool read_tag(struct guard *guard, struct slice bytes, struct tag *tag) {
    size_t i = guard->at + 1, name = i;
    *tag = (struct tag){0};
    for (; i < bytes.size; i++) {
        char byte = bytes.base[i];
        if (!ends_name[(uint8_t)byte]) {
            tag->namespaces += byte == 'x' && starts_at(bytes, i, SLICE("xmlns"));
            continue;
        }
        tag->name_longest = i - name > tag->name_longest ? i - name : tag->name_longest;
        if (byte == '>') {
            break;
        }
        tag->attributes += byte == '=';
        if (byte == '"' || byte == '\'') {
            const char *end = memchr(bytes.base + i + 1, byte, bytes.size - i - 1);
            if (end == NULL) {
                return false;
            }
            i = (size_t)(end - bytes.base);
        }
        name = i + 1;
    }
    tag->last = i > guard->at + 1 ? bytes.base[i - 1] : '\0';
    guard->at = i + 1;
    return i < bytes.size;
}

static enum xml_status guard_tag(struct guard *guard, struct slice bytes) {
    struct tag tag;
    bool closes = starts_at(bytes, guard->at, SLICE("</"));
    if (!read_tag(guard, bytes, &tag)) {
        return XML_MALFORMED;
    }
    if (closes) {
        guard->depth -= guard->depth > 0;
    } else if (guard->depth == XML_DEPTH_MAX) {
        return XML_TOO_DEEP;
    } else {
        guard->depth += tag.last != '/';
    }
    guard->nodes += tag.attributes + (closes ? 1 : 2); /* the element, and a text behind a tag */
    guard->namespaces += tag.namespaces;
    guard->work += closes ? 0 : guard->namespaces * (guard->namespaces + guard->depth);
    bool good = guard->nodes <= XML_NODES_MAX && guard->work <= XML_WORK_MAX &&
                tag.attributes <= XML_ATTRIBUTES_MAX && tag.name_longest <= XML_NAME_MAX;
    return good ? XML_OK : XML_TOO_DEEP;
}

static enum xml_status guard_markup(struct guard *guard, struct slice bytes) {
    size_t end = 0;
    if (starts_at(bytes, guard->at, SLICE("<!--"))) {
        end = skip(bytes, guard->at, 4, SLICE("-->"));
    } else if (starts_at(bytes, guard->at, SLICE("<![CDATA["))) {
        end = skip(bytes, guard->at, 9, SLICE("]]>"));
    } else if (starts_at(bytes, guard->at, SLICE("<!")) ||
               starts_at(bytes, guard->at, SLICE("<?"))) {
        return XML_FORBIDDEN;
    } else {
        return guard_tag(guard, bytes);
    }
    guard->at = end;
    return end == 0 ? XML_MALFORMED : ++guard->nodes > XML_NODES_MAX ? XML_TOO_DEEP : XML_OK;
}

static enum xml_status guard_all(struct slice bytes) {
    struct guard guard = {0};
    if (memchr(bytes.base, '\0', bytes.size) != NULL) {
        return XML_FORBIDDEN; /* UTF-16 and UTF-32 have them */
    }
    if (slice_starts(bytes, SLICE("<?xml")) && bytes.size > 5 &&
        strchr(" \t\r\n", bytes.base[5]) != NULL) {
        if (declares_other(bytes, &guard.at)) {
            return XML_FORBIDDEN;
        }
    }
    for (;;) {
        const char *next = guard.at < bytes.size
                               ? memchr(bytes.base + guard.at, '<', bytes.size - guard.at)
                               : NULL;
        if (next == NULL) {
            return XML_OK;
        }
        guard.at = (size_t)(next - bytes.base);
        enum xml_status status = guard_markup(&guard, bytes);
        if (status != XML_OK) {
            return status;
        }
    }
}

/* ---- Parsing ------------------------------------------------------------------------------ */

/* Whether the parser, too, found nothing but elements, texts and comments. The guard saw to that;
 * where the two differ, neither is believed. */
static bool is_plain(const xmlDoc *document) {
    const xmlNode *node = document->children;
    while (node != NULL) {
        bool element = node->type == XML_ELEMENT_NODE;
        if (!element && node->type != XML_TEXT_NODE && node->type != XML_CDATA_SECTION_NODE &&
            node->type != XML_COMMENT_NODE) {
            return false;
        }
        if (element && node->children != NULL) {
            node = node->children;
            continue;
        }
        while (node->next == NULL && node->parent != NULL &&
               node->parent->type == XML_ELEMENT_NODE) {
            node = node->parent;
        }
        node = node->next;
    }
    return true;
}

enum xml_status xml_parse(struct slice bytes, xmlDoc **document) {
    const int options =
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
    *document = NULL;
    if (slice_starts(bytes, SLICE("\xEF\xBB\xBF"))) {
        bytes = slice_after(bytes, 3);
    }
    if (bytes.size > XML_BYTES_MAX) {
        return XML_TOO_LARGE;
    }
    if (bytes.size == 0) {
        return XML_MALFORMED;
    }
    enum xml_status status = guard_all(bytes);
    if (status != XML_OK) {
        return status;
    }
    xmlParserCtxt *context = xmlNewParserCtxt();
    if (context == NULL) {
        return XML_NO_MEMORY;
    }
    xmlDoc *parsed =
        xmlCtxtReadMemory(context, bytes.base, (int)bytes.size, NULL, "UTF-8", options);
    bool memory = context->errNo == XML_ERR_NO_MEMORY;
    bool whole = context->wellFormed != 0 && context->nsWellFormed != 0;
    xmlFreeParserCtxt(context);
    whole = whole && parsed != NULL && xmlDocGetRootElement(parsed) != NULL;
    if (whole && is_plain(parsed)) { /* a DTD is a node, too */
        *document = parsed;
        return XML_OK;
    }
    xmlFreeDoc(parsed);
    return memory ? XML_NO_MEMORY : whole ? XML_FORBIDDEN : XML_MALFORMED;
}

/* ---- Reading ------------------------------------------------------------------------------ */

static xmlNode *element_from(xmlNode *node) {
    while (node != NULL && node->type != XML_ELEMENT_NODE) {
        node = node->next;
    }
    return node;
}

xmlNode *xml_first(const xmlNode *element) {
    return element_from(element->children);
}

xmlNode *xml_next(const xmlNode *element) {
    return element_from(element->next);
}

static bool is_blank(const xmlChar *text) {
    while (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n') {
        text++;
    }
    return *text == '\0';
}

bool xml_has_text(const xmlNode *element) {
    for (const xmlNode *node = element->children; node != NULL; node = node->next) {
        bool text = node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
        if ((text && !is_blank(node->content)) || node->type == XML_ENTITY_REF_NODE) {
            return true;
        }
    }
    return false;
}

bool xml_is(const xmlNode *element, const char *name_space, const char *name) {
    const char *own = element->ns == NULL ? "" : (const char *)element->ns->href;
    return strcmp((const char *)element->name, name) == 0 && strcmp(own, name_space) == 0;
}

bool xml_text(const xmlNode *element, struct slice *text) {
    const xmlNode *node = element->children;
    *text = SLICE("");
    if (node == NULL) {
        return true;
    }
    bool plain = node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
    if (!plain || node->next != NULL) {
        return false;
    }
    *text = slice_text((const char *)node->content);
    return true;
}

/* ---- Writing ------------------------------------------------------------------------------ */

/* The size of the character at the start of the text that XML 1.0 may have; 0: none. libxml2's own
 * reader takes what is no UTF-8. */
static size_t character(struct slice text) {
    uint32_t code;
    size_t size = utf8_read(text, &code);
    bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    return control || code == 0xFFFE || code == 0xFFFF ? 0 : size;
}

void xml_escape(struct buffer *out, struct slice text) {
    while (text.size > 0) {
        size_t size = character(text);
        const char *instead = size == 0              ? "\xEF\xBF\xBD"
                              : text.base[0] == '&'  ? "&amp;"
                              : text.base[0] == '<'  ? "&lt;"
                              : text.base[0] == '>'  ? "&gt;"
                              : text.base[0] == '\r' ? "&#xD;"
                                                     : NULL;
        if (instead != NULL) {
            buffer_text(out, instead);
        } else {
            buffer_append(out, text.base, size);
        }
        text = slice_after(text, size > 0 ? size : 1);
    }
}

#include "protocols/xml/xml.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <xmlsec/base64.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmlsec.h>

#include "protocols/common/assert.h"

/* ---- Start -------------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started = -1;

__attribute__((format(printf, 2, 3))) static void drop_error(void *context, const char *text, ...) {
    (void)context;
    (void)text;
}

static void drop_xmlsec_error(const char *file, int line, const char *function, const char *object,
                              const char *subject, int reason, const char *text) {
    (void)file, (void)line, (void)function, (void)object, (void)subject, (void)reason, (void)text;
}

/* No entity, schema or key is ever fetched from anywhere. */
static xmlParserInput *load_nothing(const char *url, const char *id, xmlParserCtxt *context) {
    (void)url, (void)id, (void)context;
    return NULL;
}

static void start(void) {
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, drop_error);
    xmlSetExternalEntityLoader(load_nothing);
    if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecCryptoAppInit(NULL) < 0 ||
        xmlSecCryptoInit() < 0) {
        return;
    }
    xmlSecErrorsSetCallback(drop_xmlsec_error);
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
    size_t at, depth, nodes;
};

/* A tag: its depth, and its attributes by their equal signs. */
static enum xml_status guard_tag(struct guard *guard, struct slice bytes) {
    bool closes = starts_at(bytes, guard->at, SLICE("</"));
    char quote = '\0', last = '\0';
    size_t i = guard->at + 1;
    for (; i < bytes.size && (quote != '\0' || bytes.base[i] != '>'); i++) {
        char byte = bytes.base[i];
        guard->nodes += quote == '\0' && byte == '=';
        if (quote == '\0' && (byte == '"' || byte == '\'')) {
            quote = byte;
        } else if (byte == quote) {
            quote = '\0';
        }
        last = byte;
    }
    if (i == bytes.size) {
        return XML_MALFORMED;
    }
    if (closes) {
        guard->depth -= guard->depth > 0;
    } else if (last != '/' && ++guard->depth > XML_DEPTH_MAX) {
        return XML_TOO_DEEP;
    }
    guard->nodes += closes ? 1 : 2; /* the element, and a text behind a tag */
    guard->at = i + 1;
    return guard->nodes > XML_NODES_MAX ? XML_TOO_DEEP : XML_OK;
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
    struct guard guard = {0, 0, 0};
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
    if (parsed != NULL && whole && parsed->intSubset == NULL && parsed->extSubset == NULL &&
        xmlDocGetRootElement(parsed) != NULL) {
        *document = parsed;
        return XML_OK;
    }
    xmlFreeDoc(parsed);
    return memory ? XML_NO_MEMORY : XML_MALFORMED;
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

/* The size of the character at the start of the text that XML 1.0 may have; 0: none. */
static size_t character(struct slice text) {
    int size = (int)(text.size < 4 ? text.size : 4);
    int code = xmlGetUTF8Char((const unsigned char *)text.base, &size);
    bool good = code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xD800) ||
                (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
    return good && size > 0 ? (size_t)size : 0;
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

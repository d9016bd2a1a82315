/* c14n.c - the canonical form, in one walk over the tree. */
#include "protocols/xml/c14n.h"

#include <libxml/uri.h>

#include "protocols/common/assert.h"

/* Namespaces in scope at an element, and attributes of one with those of the prefix xml that it has
 * from the elements around. xml_parse lets no more through. */
enum { NAMESPACES_MAX = 363, ATTRIBUTES_MAX = 512 };
_Static_assert(NAMESPACES_MAX *NAMESPACES_MAX > XML_WORK_MAX, "the guard counts their square");
_Static_assert((int)ATTRIBUTES_MAX >= (int)XML_ATTRIBUTES_MAX, "the guard counts an element's own");

struct writer {
    const xmlNode *apex;
    struct c14n_form form;
    struct buffer *out;
};

/* ---- Texts -------------------------------------------------------------------------------- */

enum { IN_TEXT = 1, IN_ATTRIBUTE = 2, IN_COMMENT = 4 };
static const uint8_t escaped[256] = {
    ['&'] = IN_TEXT | IN_ATTRIBUTE,
    ['<'] = IN_TEXT | IN_ATTRIBUTE,
    ['>'] = IN_TEXT,
    ['"'] = IN_ATTRIBUTE,
    ['\t'] = IN_ATTRIBUTE,
    ['\n'] = IN_ATTRIBUTE,
    ['\r'] = IN_TEXT | IN_ATTRIBUTE | IN_COMMENT,
};

static const char *reference_to(char byte) {
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#x9;";
    case '\n':
        return "&#xA;";
    default:
        return "&#xD;";
    }
}

static void put(struct buffer *out, const xmlChar *text) {
    buffer_text(out, (const char *)text);
}

static void put_escaped(struct buffer *out, const xmlChar *text, uint8_t where) {
    const char *from = text == NULL ? "" : (const char *)text, *at = from;
    for (; *at != '\0'; at++) {
        if ((escaped[(uint8_t)*at] & where) != 0) {
            buffer_append(out, from, (size_t)(at - from));
            buffer_text(out, reference_to(*at));
            from = at + 1;
        }
    }
    buffer_append(out, from, (size_t)(at - from));
}

static void put_name(struct buffer *out, const xmlNs *name_space, const xmlChar *name) {
    if (name_space != NULL && name_space->prefix != NULL) {
        put(out, name_space->prefix);
        buffer_append(out, ":", 1);
    }
    put(out, name);
}

/* ---- Namespaces --------------------------------------------------------------------------- */

static const xmlNs no_namespace; /* the default one where there is none */

static const xmlChar *href_of(const xmlNs *name_space) {
    return name_space->href == NULL ? (const xmlChar *)"" : name_space->href;
}

static bool has_prefix(const xmlNs *name_space, const xmlChar *prefix) {
    return xmlStrEqual(name_space->prefix, prefix) != 0; /* which takes NULL */
}

/* What declares the prefix at `element`, there or around it; NULL: nothing. */
static const xmlNs *declared(const xmlNode *element, const xmlChar *prefix) {
    for (; element != NULL && element->type == XML_ELEMENT_NODE; element = element->parent) {
        for (const xmlNs *at = element->nsDef; at != NULL; at = at->next) {
            if (has_prefix(at, prefix)) {
                return at;
            }
        }
    }
    return NULL;
}

/* The namespace that the element's name, or one of its attributes', uses by this prefix. */
static const xmlNs *used(const xmlNode *element, const xmlChar *prefix) {
    const xmlNs *own = element->ns == NULL ? &no_namespace : element->ns;
    if (has_prefix(own, prefix)) {
        return own;
    }
    for (const xmlAttr *at = element->properties; at != NULL; at = at->next) {
        if (at->ns != NULL && has_prefix(at->ns, prefix)) {
            return at->ns;
        }
    }
    return NULL;
}

/* The namespace that the elements around this one, up to the apex, have written for the prefix. */
static const xmlNs *written(const struct writer *writer, const xmlNode *element,
                            const xmlChar *prefix) {
    const xmlNs *found = NULL;
    if (!writer->form.exclusive) {
        return element == writer->apex ? NULL : declared(element->parent, prefix);
    }
    while (found == NULL && element != writer->apex) {
        element = element->parent;
        found = used(element, prefix);
    }
    return found;
}

struct list {
    const xmlNs *items[NAMESPACES_MAX];
    size_t count;
    bool full;
};

/* Takes a namespace of the element into the list, sorted by prefix, unless it stands there already
 * or around it. */
static void add_namespace(const struct writer *writer, const xmlNode *element,
                          const xmlNs *name_space, struct list *list) {
    const xmlNs *around = written(writer, element, name_space->prefix);
    around = around == NULL && name_space->prefix == NULL ? &no_namespace : around;
    if (has_prefix(name_space, (const xmlChar *)"xml") ||
        (around != NULL &&
         strcmp((const char *)href_of(around), (const char *)href_of(name_space)) == 0)) {
        return;
    }
    size_t at = list->count;
    while (at > 0 && xmlStrcmp(list->items[at - 1]->prefix, name_space->prefix) > 0) {
        at--;
    }
    if (at > 0 && has_prefix(list->items[at - 1], name_space->prefix)) {
        return;
    }
    if (list->count == NAMESPACES_MAX) {
        list->full = true;
        return;
    }
    memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof(list->items[0]));
    list->items[at] = name_space;
    list->count++;
}

/* Inclusive: what the element declares, and the apex what the elements around it do, the nearest
 * first. Exclusive: what it uses. */
static void find_namespaces(const struct writer *writer, const xmlNode *element,
                            struct list *list) {
    list->count = 0;
    list->full = false;
    if (writer->form.exclusive) {
        add_namespace(writer, element, element->ns == NULL ? &no_namespace : element->ns, list);
        for (const xmlAttr *at = element->properties; at != NULL; at = at->next) {
            if (at->ns != NULL) {
                add_namespace(writer, element, at->ns, list);
            }
        }
        return;
    }
    const xmlNode *from = element;
    do {
        for (const xmlNs *at = from->nsDef; at != NULL; at = at->next) {
            if (from == element || declared(element, at->prefix) == at) {
                add_namespace(writer, element, at, list);
            }
        }
        from = from->parent;
    } while (element == writer->apex && from->type == XML_ELEMENT_NODE);
}

/* A namespace is written as it stands: c14n_exists takes URIs only, and of all that is escaped they
 * have but the &, which libxml2 does not escape either. */
static void put_namespaces(struct writer *writer, const xmlNode *element) {
    struct list list;
    find_namespaces(writer, element, &list);
    for (size_t i = 0; i < list.count; i++) {
        buffer_text(writer->out, " xmlns");
        if (list.items[i]->prefix != NULL) {
            buffer_append(writer->out, ":", 1);
            put(writer->out, list.items[i]->prefix);
        }
        buffer_append(writer->out, "=\"", 2);
        put(writer->out, href_of(list.items[i]));
        buffer_append(writer->out, "\"", 1);
    }
    writer->out->failed |= list.full;
}

/* ---- Attributes --------------------------------------------------------------------------- */

/* By namespace, those without one first, and then by name. */
static int compare(const xmlAttr *a, const xmlAttr *b) {
    const xmlNs *of_a = a->ns == NULL ? &no_namespace : a->ns;
    const xmlNs *of_b = b->ns == NULL ? &no_namespace : b->ns;
    int order = strcmp((const char *)href_of(of_a), (const char *)href_of(of_b));
    return order != 0 ? order : strcmp((const char *)a->name, (const char *)b->name);
}

struct attributes {
    const xmlAttr *items[ATTRIBUTES_MAX];
    size_t count;
    bool full;
};

/* Takes an attribute into the list, sorted, unless one of its name is there. */
static void add_attribute(const xmlAttr *attribute, struct attributes *list) {
    size_t at = list->count;
    while (at > 0 && compare(list->items[at - 1], attribute) > 0) {
        at--;
    }
    if (at > 0 && compare(list->items[at - 1], attribute) == 0) {
        return;
    }
    if (list->count == ATTRIBUTES_MAX) {
        list->full = true;
        return;
    }
    memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof(list->items[0]));
    list->items[at] = attribute;
    list->count++;
}

/* The element's own; and an apex of the inclusive form has xml:lang and the like from those around
 * it, the nearest first. */
static void find_attributes(const struct writer *writer, const xmlNode *element,
                            struct attributes *list) {
    list->count = 0;
    list->full = false;
    for (const xmlAttr *at = element->properties; at != NULL; at = at->next) {
        add_attribute(at, list);
    }
    if (element != writer->apex || writer->form.exclusive) {
        return;
    }
    for (const xmlNode *from = element->parent; from->type == XML_ELEMENT_NODE;
         from = from->parent) {
        for (const xmlAttr *at = from->properties; at != NULL; at = at->next) {
            if (at->ns != NULL && has_prefix(at->ns, (const xmlChar *)"xml")) {
                add_attribute(at, list);
            }
        }
    }
}

static void put_attributes(struct writer *writer, const xmlNode *element) {
    struct attributes list;
    find_attributes(writer, element, &list);
    for (size_t i = 0; i < list.count; i++) {
        buffer_append(writer->out, " ", 1);
        put_name(writer->out, list.items[i]->ns, list.items[i]->name);
        buffer_append(writer->out, "=\"", 2);
        for (const xmlNode *at = list.items[i]->children; at != NULL; at = at->next) {
            if (at->type == XML_TEXT_NODE) {
                put_escaped(writer->out, at->content, IN_ATTRIBUTE);
            } else {
                writer->out->failed = true;
            }
        }
        buffer_append(writer->out, "\"", 1);
    }
    writer->out->failed |= list.full;
}

/* ---- The walk ----------------------------------------------------------------------------- */

static void put_start(struct writer *writer, const xmlNode *element) {
    buffer_append(writer->out, "<", 1);
    put_name(writer->out, element->ns, element->name);
    if (element->nsDef != NULL || element == writer->apex || writer->form.exclusive) {
        put_namespaces(writer, element);
    }
    if (element->properties != NULL || element == writer->apex) {
        put_attributes(writer, element);
    }
    buffer_append(writer->out, ">", 1);
}

static void put_end(struct writer *writer, const xmlNode *element) {
    buffer_append(writer->out, "</", 2);
    put_name(writer->out, element->ns, element->name);
    buffer_append(writer->out, ">", 1);
}

static void put_node(struct writer *writer, const xmlNode *node) {
    if (node->type == XML_ELEMENT_NODE) {
        put_start(writer, node);
    } else if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
        put_escaped(writer->out, node->content, IN_TEXT);
    } else if (node->type != XML_COMMENT_NODE) {
        writer->out->failed = true;
    } else if (writer->form.comments) {
        buffer_text(writer->out, "<!--");
        put_escaped(writer->out, node->content, IN_COMMENT);
        buffer_text(writer->out, "-->");
    }
}

/* The node behind this one and all in it, in the order of the document, with the elements ended
 * that end before it; NULL: the apex ended. */
static const xmlNode *behind(struct writer *writer, const xmlNode *node) {
    while (node != writer->apex && node->next == NULL) {
        node = node->parent;
        put_end(writer, node);
    }
    return node == writer->apex ? NULL : node->next;
}

bool c14n_write(const xmlNode *apex, const xmlNode *omitted, struct c14n_form form,
                struct buffer *out) {
    struct writer writer = {.apex = apex, .form = form, .out = out};
    const xmlNode *node = apex;
    ASSERT(apex != omitted);
    while (node != NULL && !out->failed) {
        if (node == omitted) {
            node = behind(&writer, node);
            continue;
        }
        put_node(&writer, node);
        if (node->type != XML_ELEMENT_NODE) {
            node = behind(&writer, node);
        } else if (node->children != NULL) {
            node = node->children;
        } else {
            put_end(&writer, node);
            node = behind(&writer, node);
        }
    }
    return !out->failed;
}

/* Whether it is none, or a URI with a scheme. */
static bool is_absolute(const xmlNs *name_space) {
    const char *href = (const char *)href_of(name_space);
    if (*href == '\0') {
        return true;
    }
    xmlURI *uri = xmlParseURI(href);
    bool absolute = uri != NULL && uri->scheme != NULL && uri->scheme[0] != '\0';
    xmlFreeURI(uri);
    return absolute;
}

bool c14n_exists(const xmlDoc *document) {
    const xmlNode *root = xmlDocGetRootElement(document), *node = root;
    while (node != NULL) {
        bool element = node->type == XML_ELEMENT_NODE;
        for (const xmlNs *at = element ? node->nsDef : NULL; at != NULL; at = at->next) {
            if (!is_absolute(at)) {
                return false;
            }
        }
        if (element && node->children != NULL) {
            node = node->children;
            continue;
        }
        while (node != root && node->next == NULL) {
            node = node->parent;
        }
        node = node == root ? NULL : node->next;
    }
    return true;
}

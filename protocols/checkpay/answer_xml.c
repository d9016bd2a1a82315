/* answer_xml.c - an XML answer as named values: the children of its root, in any order. */
#include "protocols/checkpay/answer.h"
#include "protocols/checkpay/dialect.h"
#include "protocols/xml/xml.h"

static bool is_named(const xmlNode *element, const char *name) {
    return strcmp((const char *)element->name, name) == 0; /* of any namespace */
}

/* The attribute of that name, or what the element itself is called. */
static struct slice field_name(const xmlNode *element, const char *attribute) {
    for (const xmlAttr *at = element->properties; at != NULL; at = at->next) {
        const xmlNode *text = at->children;
        if (strcmp((const char *)at->name, attribute) == 0 && text != NULL &&
            text->type == XML_TEXT_NODE && text->next == NULL)
            return slice_text((const char *)text->content);
    }
    return slice_text((const char *)element->name);
}

static void take_fields(struct answer_reading *reading, const xmlNode *fields) {
    struct slice text;
    for (const xmlNode *at = xml_first(fields); at != NULL; at = xml_next(at))
        if (xml_text(at, &text))
            answer_field(reading, field_name(at, reading->profile->names.field_name), text);
}

static void take_values(struct answer_reading *reading, const xmlNode *root) {
    const struct checkpay_names *names = &reading->profile->names;
    struct slice text;
    for (const xmlNode *at = xml_first(root); at != NULL; at = xml_next(at)) {
        struct slice name = slice_text((const char *)at->name);
        if (names->fields[0] != '\0' && is_named(at, names->fields))
            take_fields(reading, at);
        else if (xml_text(at, &text))
            answer_take(reading, name, text);
        else /* elements or comments inside: of no form that a verdict may rest on */
            reading->garbled |= is_named(at, names->code) || is_named(at, names->id);
    }
}

bool answer_read_xml(struct answer_reading *reading, struct slice body) {
    xmlDoc *document;
    if (xml_start() < 0 || xml_parse(body, &document) != XML_OK)
        return false;
    const xmlNode *root = xmlDocGetRootElement(document);
    bool good = is_named(root, reading->profile->names.root);
    if (good)
        take_values(reading, root);
    xmlFreeDoc(document);
    return good;
}

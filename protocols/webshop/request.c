/* request.c - reading what a shop asks for. An element is looked for where the contract has it; the
 * fault names the first one that is not so. */
#include "protocols/common/utf8.h"
#include "protocols/webshop/decimal.h"
#include "protocols/webshop/link.h"
#include "protocols/webshop/message.h"
#include "protocols/webshop/webshop.h"
#include "protocols/xml/dsig.h"

#define TIMEOUT_MIN_S 600
#define TIMEOUT_MAX_S 86400

struct reader {
    const xmlNode *parent, *next; /* next: its child that is to be read */
    struct webshop_request *request;
    const char **field;
};

enum need { MUST, MAY };

/* ---- Elements ------------------------------------------------------------------------------ */

static bool is_ours(const xmlNode *element, const char *name) {
    return element != NULL && xml_is(element, WEBSHOP_REQUEST_NAMESPACE, name);
}

/* Only attributes that say what the element's type is: xsi:schemaLocation, xsi:type. */
static bool attributes_allowed(const xmlNode *element) {
    for (const xmlAttr *at = element->properties; at != NULL; at = at->next)
        if (at->ns == NULL ||
            strcmp((const char *)at->ns->href, "http://www.w3.org/2001/XMLSchema-instance") != 0)
            return false;
    return true;
}

/* Why the element is not the next one: it is missing, or elsewhere. */
static enum webshop_fault misplaced(const struct reader *reader, const char *name) {
    for (const xmlNode *at = xml_first(reader->parent); at != NULL; at = xml_next(at))
        if (is_ours(at, name))
            return WEBSHOP_FIELD_WRONG;
    return WEBSHOP_FIELD_EMPTY;
}

/* Moves behind the next element if it is `name`: *element, else NULL. */
static enum webshop_fault take(struct reader *reader, const char *name, enum need need,
                               const xmlNode **element) {
    *reader->field = name;
    *element = is_ours(reader->next, name) ? reader->next : NULL;
    if (*element == NULL)
        return need == MAY ? WEBSHOP_SOUND : misplaced(reader, name);
    reader->next = xml_next(*element);
    return attributes_allowed(*element) ? WEBSHOP_SOUND : WEBSHOP_FIELD_WRONG;
}

/* The same of an element that has a value; "" when it is not there. */
static enum webshop_fault take_text(struct reader *reader, const char *name, enum need need,
                                    struct slice *text) {
    const xmlNode *element;
    enum webshop_fault fault = take(reader, name, need, &element);
    *text = SLICE("");
    if (fault != WEBSHOP_SOUND || element == NULL)
        return fault;
    if (!xml_text(element, text)) /* a comment stands outside of the signature */
        return WEBSHOP_FIELD_WRONG;
    return decimal_trim(*text).size == 0 && need == MUST ? WEBSHOP_FIELD_EMPTY : WEBSHOP_SOUND;
}

/* A reader of the element's children. */
static struct reader inside(const struct reader *reader, const xmlNode *element) {
    struct reader inner = *reader;
    inner.parent = element;
    inner.next = xml_first(element);
    return inner;
}

/* Behind the last of an element's children. */
static enum webshop_fault end(const struct reader *reader, const char *name) {
    *reader->field = name;
    return reader->next == NULL && !xml_has_text(reader->parent) ? WEBSHOP_SOUND
                                                                 : WEBSHOP_FIELD_WRONG;
}

/* ---- Values -------------------------------------------------------------------------------- */

static enum webshop_fault read_amount(struct slice text, uint64_t *tiyn) {
    enum decimal_amount amount = decimal_amount(text, tiyn);
    return amount == DECIMAL_AMOUNT      ? WEBSHOP_SOUND
           : amount == DECIMAL_TOO_LARGE ? WEBSHOP_AMOUNT_TOO_LARGE
                                         : WEBSHOP_FIELD_WRONG;
}

static bool is_digits(struct slice text, size_t most) {
    for (size_t i = 0; i < text.size; i++)
        if (text.base[i] < '0' || text.base[i] > '9')
            return false;
    return text.size > 0 && text.size <= most;
}

/* Of a login or an account; zeros in front say nothing. */
static bool read_id(struct slice text, size_t most, uint64_t *id) {
    text = decimal_trim(text);
    *id = 0;
    if (!is_digits(text, most))
        return false;
    for (size_t i = 0; i < text.size; i++)
        *id = *id * 10 + (uint64_t)(text.base[i] - '0');
    return *id > 0;
}

static enum webshop_fault read_shop_name(struct reader *reader) {
    struct slice *name = &reader->request->shop_name;
    enum webshop_fault fault = take_text(reader, "ShopName", MUST, name);
    uint32_t code, characters = 0;
    size_t size;
    for (struct slice rest = *name; rest.size > 0; rest = slice_after(rest, size), characters++)
        if ((size = utf8_read(rest, &code)) == 0) /* libxml2's reader is not as strict */
            return WEBSHOP_FIELD_WRONG;
    return fault == WEBSHOP_SOUND && characters > WEBSHOP_NAME_MAX ? WEBSHOP_FIELD_WRONG : fault;
}

/* The invoice is a reference for ever: exactly as it stands. What nobody can see or type is none.
 */
static enum webshop_fault read_invoice(struct reader *reader) {
    struct slice *invoice = &reader->request->invoice;
    enum webshop_fault fault = take_text(reader, "InvoiceNumber", MUST, invoice);
    if (fault != WEBSHOP_SOUND)
        return fault;
    uint32_t code;
    size_t size;
    for (struct slice rest = *invoice; rest.size > 0; rest = slice_after(rest, size)) {
        size = utf8_read(rest, &code);
        if (size == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
            return WEBSHOP_FIELD_WRONG;
    }
    return invoice->size <= LEDGER_REFERENCE_MAX ? WEBSHOP_SOUND : WEBSHOP_FIELD_WRONG;
}

static enum webshop_fault read_link(struct reader *reader, const char *name, size_t most,
                                    struct slice *url) {
    struct link link;
    enum webshop_fault fault = take_text(reader, name, MAY, url);
    *url = decimal_trim(*url);
    if (fault != WEBSHOP_SOUND || url->size == 0)
        return fault;
    return url->size <= most && link_read(*url, &link) ? WEBSHOP_SOUND : WEBSHOP_FIELD_WRONG;
}

/* ---- Parts --------------------------------------------------------------------------------- */

static enum webshop_fault read_merchant(struct reader *outer) {
    struct webshop_request *request = outer->request;
    const xmlNode *element;
    struct slice login, wallet;
    enum webshop_fault fault = take(outer, "Merchant", MUST, &element);
    if (fault != WEBSHOP_SOUND)
        return fault;
    struct reader reader = inside(outer, element);
    if ((fault = take_text(&reader, "MerchantID", MUST, &login)) != WEBSHOP_SOUND)
        return fault;
    if (!read_id(login, 11, &request->merchant))
        return WEBSHOP_FIELD_WRONG;
    if ((fault = take_text(&reader, "WalletID", MUST, &wallet)) != WEBSHOP_SOUND)
        return fault;
    if (!read_id(wallet, 19, &request->wallet))
        return WEBSHOP_FIELD_WRONG;
    return end(&reader, "Merchant");
}

enum { CODE, NAME, DESCRIPTION, QUANTITY, COST, ITEM_PARTS };
static const char *const item_parts[ITEM_PARTS] = {"Code", "Name", "Description", "Quantity",
                                                   "Cost"};

/* Which part the element is; ITEM_PARTS: none. */
static int part_of(const xmlNode *element) {
    int part = 0;
    while (part < ITEM_PARTS && !is_ours(element, item_parts[part]))
        part++;
    return part;
}

static bool read_quantity(struct slice text, char quantity[WEBSHOP_QUANTITY_MAX]) {
    struct decimal decimal;
    text = decimal_trim(text);
    if (text.size >= WEBSHOP_QUANTITY_MAX || !decimal_read(text, &decimal))
        return false;
    memcpy(quantity, text.base, text.size);
    quantity[text.size] = '\0';
    return true;
}

/* The parts come in any order, each once. A code or a name may be empty: it is only shown. */
static enum webshop_fault read_item(const struct reader *outer, const xmlNode *element,
                                    struct webshop_item *item) {
    struct slice parts[ITEM_PARTS] = {{NULL, 0}};
    struct reader reader = inside(outer, element);
    while (reader.next != NULL) {
        int part = part_of(reader.next);
        *reader.field = part < ITEM_PARTS ? item_parts[part] : "Items";
        if (part == ITEM_PARTS || parts[part].base != NULL)
            return WEBSHOP_FIELD_WRONG;
        enum webshop_fault fault = take_text(&reader, item_parts[part], MAY, &parts[part]);
        if (fault != WEBSHOP_SOUND)
            return fault;
    }
    for (int part = 0; part < ITEM_PARTS; part++) {
        bool number = part == QUANTITY || part == COST;
        *reader.field = item_parts[part];
        if ((parts[part].base == NULL && part != DESCRIPTION) ||
            (number && decimal_trim(parts[part]).size == 0))
            return WEBSHOP_FIELD_EMPTY;
    }
    *item = (struct webshop_item){
        .code = parts[CODE], .name = parts[NAME], .description = parts[DESCRIPTION]};
    *reader.field = item_parts[QUANTITY];
    if (!read_quantity(parts[QUANTITY], item->quantity))
        return WEBSHOP_FIELD_WRONG;
    *reader.field = item_parts[COST];
    enum webshop_fault fault = read_amount(parts[COST], &item->cost);
    return fault == WEBSHOP_SOUND ? end(&reader, "Items") : fault;
}

static enum webshop_fault read_cart(struct reader *outer) {
    struct webshop_request *request = outer->request;
    const xmlNode *element, *item;
    enum webshop_fault fault = take(outer, "Cart", MAY, &element);
    if (fault != WEBSHOP_SOUND || element == NULL)
        return fault;
    struct reader reader = inside(outer, element);
    do {
        fault = take(&reader, "Items", MUST, &item);
        if (fault == WEBSHOP_SOUND && request->item_count == WEBSHOP_ITEMS_MAX)
            fault = WEBSHOP_FIELD_WRONG;
        if (fault == WEBSHOP_SOUND)
            fault = read_item(&reader, item, &request->items[request->item_count++]);
    } while (fault == WEBSHOP_SOUND && reader.next != NULL);
    return fault == WEBSHOP_SOUND ? end(&reader, "Cart") : fault;
}

static enum webshop_fault read_total(struct reader *reader) {
    struct slice text;
    enum webshop_fault fault = take_text(reader, "TotalCost", MUST, &text);
    if (fault == WEBSHOP_SOUND)
        fault = read_amount(text, &reader->request->total);
    return fault == WEBSHOP_SOUND && reader->request->total == 0 ? WEBSHOP_FIELD_WRONG : fault;
}

static enum webshop_fault read_version(struct reader *reader) {
    struct webshop_request *request = reader->request;
    struct decimal version;
    struct slice text;
    enum webshop_fault fault = take_text(reader, "ProtocolVersion", MAY, &text);
    request->version = WEBSHOP_VERSION_1;
    if (fault != WEBSHOP_SOUND || decimal_trim(text).size == 0)
        return fault;
    if (!decimal_read(text, &version))
        return WEBSHOP_FIELD_WRONG;
    if (version.fraction.size > 0 || version.whole.size != 1 || version.whole.base[0] > '2')
        request->version = WEBSHOP_VERSION_OTHER;
    else if (version.whole.base[0] == '2')
        request->version = WEBSHOP_VERSION_2;
    return WEBSHOP_SOUND;
}

static enum webshop_fault read_timeout(struct reader *reader) {
    uint32_t *timeout_s = &reader->request->timeout_s;
    struct slice text;
    enum webshop_fault fault = take_text(reader, "TimeoutInSeconds", MUST, &text);
    if (fault != WEBSHOP_SOUND)
        return fault;
    return decimal_number(text, timeout_s) && *timeout_s >= TIMEOUT_MIN_S &&
                   *timeout_s <= TIMEOUT_MAX_S
               ? WEBSHOP_SOUND
               : WEBSHOP_FIELD_WRONG;
}

static enum webshop_fault read_auto(struct reader *reader) {
    struct slice text;
    enum webshop_fault fault = take_text(reader, "AutoTransaction", MAY, &text);
    text = decimal_trim(text);
    bool yes = slice_equal(text, SLICE("true")) || slice_equal(text, SLICE("1"));
    bool no = slice_equal(text, SLICE("false")) || slice_equal(text, SLICE("0")) || text.size == 0;
    reader->request->auto_complete = yes;
    return fault == WEBSHOP_SOUND && !yes && !no ? WEBSHOP_FIELD_WRONG : fault;
}

/* ---- The whole ----------------------------------------------------------------------------- */

static bool is_signature(const xmlNode *element) {
    return xml_is(element, WEBSHOP_DSIG_NAMESPACE, "Signature");
}

/* Exactly one, of the form that is taken, and the root's last child. */
static enum webshop_fault check_signature(const xmlNode *root) {
    struct dsig_found found;
    const xmlNode *last = NULL;
    bool any = false;
    for (const xmlNode *at = xml_first(root); at != NULL; at = xml_next(at)) {
        last = at;
        any = any || is_signature(at);
    }
    if (!any)
        return WEBSHOP_SIGNATURE_MISSING;
    return dsig_find(root->doc, root, &found) && found.signature == last ? WEBSHOP_SOUND
                                                                         : WEBSHOP_SIGNATURE_SHAPE;
}

/* The name of an element that is twice or out of its place; of one that nobody knows, the root's.
 */
static const char *known(const xmlNode *element) {
    static const char *const names[] = {
        "ShopName",        "InvoiceNumber",    "Merchant",       "Cart",
        "TotalCost",       "SuccessLink",      "FailureLink",    "ResponseURL",
        "ProtocolVersion", "TimeoutInSeconds", "AutoTransaction"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_ours(element, names[i]))
            return names[i];
    return WEBSHOP_REQUEST_ROOT;
}

static enum webshop_fault read_root(struct reader *reader) {
    struct webshop_request *request = reader->request;
    enum webshop_fault fault;
    *reader->field = WEBSHOP_REQUEST_ROOT;
    if (!attributes_allowed(reader->parent))
        return WEBSHOP_FIELD_WRONG;
    if ((fault = read_shop_name(reader)) != WEBSHOP_SOUND ||
        (fault = read_invoice(reader)) != WEBSHOP_SOUND ||
        (fault = read_merchant(reader)) != WEBSHOP_SOUND ||
        (fault = read_cart(reader)) != WEBSHOP_SOUND ||
        (fault = read_total(reader)) != WEBSHOP_SOUND ||
        (fault = read_link(reader, "SuccessLink", WEBSHOP_LINK_MAX, &request->success_link)) !=
            WEBSHOP_SOUND ||
        (fault = read_link(reader, "FailureLink", WEBSHOP_LINK_MAX, &request->failure_link)) !=
            WEBSHOP_SOUND ||
        (fault = read_link(reader, "ResponseURL", WEBSHOP_RESPONSE_URL_MAX,
                           &request->response_url)) != WEBSHOP_SOUND ||
        (fault = read_version(reader)) != WEBSHOP_SOUND ||
        (fault = read_timeout(reader)) != WEBSHOP_SOUND ||
        (fault = read_auto(reader)) != WEBSHOP_SOUND)
        return fault;
    if (!is_signature(reader->next)) {
        *reader->field = known(reader->next);
        return WEBSHOP_FIELD_WRONG;
    }
    reader->next = NULL; /* it is the last one: check_signature */
    return end(reader, WEBSHOP_REQUEST_ROOT);
}

static enum webshop_fault parse(struct slice xml, xmlDoc **document) {
    struct slice text = slice_starts(xml, SLICE("\xEF\xBB\xBF")) ? slice_after(xml, 3) : xml;
    if (decimal_trim(text).size == 0)
        return WEBSHOP_EMPTY_DOCUMENT;
    switch (xml_parse(xml, document)) {
    case XML_OK:
        return WEBSHOP_SOUND;
    case XML_TOO_LARGE:
    case XML_TOO_DEEP:
        return WEBSHOP_TOO_LARGE;
    case XML_FORBIDDEN:
        return WEBSHOP_DOCTYPE;
    case XML_NO_MEMORY:
        return WEBSHOP_BUSY;
    case XML_MALFORMED:
    default:
        return WEBSHOP_NOT_WELL_FORMED;
    }
}

enum webshop_fault webshop_request_read(struct slice xml, struct webshop_request *request,
                                        const char **field) {
    *request = (struct webshop_request){.document = NULL};
    *field = "";
    enum webshop_fault fault = parse(xml, &request->document);
    if (fault != WEBSHOP_SOUND)
        return fault;
    const xmlNode *root = xmlDocGetRootElement(request->document);
    if (!is_ours(root, WEBSHOP_REQUEST_ROOT))
        return WEBSHOP_WRONG_ROOT;
    if ((fault = check_signature(root)) != WEBSHOP_SOUND)
        return fault;
    struct reader reader = {
        .parent = root, .next = xml_first(root), .request = request, .field = field};
    fault = read_root(&reader);
    if (fault == WEBSHOP_SOUND)
        *field = "";
    return fault;
}

void webshop_request_free(struct webshop_request *request) {
    xmlFreeDoc(request->document);
    request->document = NULL;
}

/* attributes.c - what a checkout's payment says of itself, as JSON. */
#include <inttypes.h>
#include <jansson.h>

#include "protocols/common/assert.h"
#include "protocols/webshop/webshop.h"

const char *webshop_status_name(enum webshop_status status) {
    static const char *const names[WEBSHOP_STATUSES] = {
#define X(name) #name,
        WEBSHOP_STATUS_MAP(X)
#undef X
    };
    ASSERT(status < WEBSHOP_STATUSES);
    return names[status];
}

static const int version_numbers[] = {
    [WEBSHOP_VERSION_1] = 1, [WEBSHOP_VERSION_2] = 2, [WEBSHOP_VERSION_OTHER] = 0};

void webshop_attributes_write(const struct webshop_attributes *attributes, struct buffer *out) {
    ASSERT(attributes->url.size <= WEBSHOP_RESPONSE_URL_MAX);
    buffer_text(out, "{\"url\":\"");
    buffer_append(out, attributes->url.base, attributes->url.size);
    buffer_format(out, "\",\"version\":%d,\"auto\":%s,\"buyer\":%" PRIu64,
                  version_numbers[attributes->version],
                  attributes->auto_complete ? "true" : "false", attributes->buyer);
    if (attributes->ending != WEBSHOP_STATUS_SUCCESS)
        buffer_format(out, ",\"ending\":\"%s\"", webshop_status_name(attributes->ending));
    buffer_text(out, "}");
}

static bool read_url(const json_t *value, char url[WEBSHOP_RESPONSE_URL_MAX + 1],
                     struct slice *slice) {
    const char *text = json_string_value(value); /* UTF-8, no NULs: the parser sees to it */
    size_t size = text == NULL ? 0 : strlen(text);
    if (text == NULL || size > WEBSHOP_RESPONSE_URL_MAX)
        return false;
    memcpy(url, text, size + 1);
    *slice = (struct slice){url, size};
    return true;
}

static bool read_version(const json_t *value, enum webshop_version *version) {
    if (!json_is_integer(value))
        return false;
    json_int_t number = json_integer_value(value);
    *version = number == 1   ? WEBSHOP_VERSION_1
               : number == 2 ? WEBSHOP_VERSION_2
                             : WEBSHOP_VERSION_OTHER;
    return true;
}

static bool read_buyer(const json_t *value, uint64_t *buyer) {
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *buyer = (uint64_t)json_integer_value(value);
    return true;
}

/* There is none, or it is one of the statuses but SUCCESS. */
static bool read_ending(const json_t *value, enum webshop_status *ending) {
    *ending = WEBSHOP_STATUS_SUCCESS;
    const char *text = json_string_value(value);
    for (int i = WEBSHOP_STATUS_SUCCESS + 1; text != NULL && i < WEBSHOP_STATUSES; i++)
        if (strcmp(text, webshop_status_name((enum webshop_status)i)) == 0)
            *ending = (enum webshop_status)i;
    return value == NULL || *ending != WEBSHOP_STATUS_SUCCESS;
}

bool webshop_attributes_read(const struct ledger_payment *payment,
                             char url[WEBSHOP_RESPONSE_URL_MAX + 1],
                             struct webshop_attributes *attributes) {
    const char *text = (const char *)ledger_payment_attributes(payment);
    json_t *root = json_loadb(text, payment->attributes_size, JSON_REJECT_DUPLICATES, NULL);
    *attributes = (struct webshop_attributes){.auto_complete = false};
    const json_t *auto_ = json_object_get(root, "auto");
    attributes->auto_complete = json_is_true(auto_);
    bool good = json_is_object(root) && json_is_boolean(auto_) &&
                read_url(json_object_get(root, "url"), url, &attributes->url) &&
                read_version(json_object_get(root, "version"), &attributes->version) &&
                read_buyer(json_object_get(root, "buyer"), &attributes->buyer) &&
                read_ending(json_object_get(root, "ending"), &attributes->ending);
    json_decref(root);
    return good;
}

#include "protocols/webshop/form.h"

#include <sodium.h>

#include "protocols/common/assert.h"
#include "protocols/common/percent.h"

enum {
    NAME_BYTES_MAX = 64, /* of a field's name; ours are shorter */
    PADDING_MAX = 3,
};

/* The first field of that name as it stands. */
static bool find_raw(struct slice body, struct slice name, struct slice *value) {
    ASSERT(name.size < NAME_BYTES_MAX);
    while (body.size > 0) {
        char bytes[NAME_BYTES_MAX];
        size_t size;
        *value = slice_cut(&body, '&');
        struct slice key = slice_cut(value, '=');
        if (percent_decode(key, bytes, sizeof bytes, &size) &&
            slice_equal((struct slice){bytes, size}, name))
            return true;
    }
    return false;
}

enum form_status form_find(struct slice body, struct slice name, char *bytes, size_t max,
                           size_t *size) {
    struct slice value;
    *size = 0;
    if (!find_raw(body, name, &value))
        return FORM_ABSENT;
    return percent_decode(value, bytes, max, size) ? FORM_FOUND : FORM_BROKEN;
}

/* Drops line breaks and tabs, takes a blank for the '+' that it was before somebody decoded it once
 * too often, and adds what padding lacks, for which there is room. Returns the size. */
static size_t clean(char *text, size_t size) {
    size_t used = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] != '\r' && text[i] != '\n' && text[i] != '\t')
            text[used++] = text[i] == ' ' ? '+' : text[i];
    while (used % 4 != 0)
        text[used++] = '=';
    return used;
}

static enum webshop_fault decode(struct slice text, struct buffer *xml) {
    size_t most = text.size / 4 * 3, size = 0;
    if (text.size > FORM_BASE64_MAX)
        return WEBSHOP_TOO_LARGE;
    char *bytes = buffer_extend(xml, most);
    if (bytes == NULL)
        return WEBSHOP_BUSY;
    if (sodium_base642bin((unsigned char *)bytes, most, text.base, text.size, NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return WEBSHOP_NOT_BASE64;
    xml->used -= most - size;
    return WEBSHOP_SOUND;
}

enum webshop_fault form_request(struct slice body, struct buffer *text, struct buffer *xml) {
    struct slice value;
    ASSERT(text->used == 0 && xml->used == 0);
    if (!find_raw(body, SLICE(WEBSHOP_FIELD_REQUEST), &value) || value.size == 0)
        return WEBSHOP_NO_REQUEST;
    if (value.size > FORM_BODY_MAX - PADDING_MAX)
        return WEBSHOP_TOO_LARGE;
    char *bytes = buffer_extend(text, value.size + PADDING_MAX);
    if (bytes == NULL)
        return WEBSHOP_BUSY;
    if (!percent_decode(value, bytes, value.size, &text->used))
        return WEBSHOP_NOT_BASE64;
    text->used = clean(bytes, text->used);
    return text->used == 0 ? WEBSHOP_NO_REQUEST
                           : decode((struct slice){text->base, text->used}, xml);
}

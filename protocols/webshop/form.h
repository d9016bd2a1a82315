/* form.h - bodies of application/x-www-form-urlencoded, and the request that a shop's form has.
 * Pure; any thread. */
#ifndef PROTOCOLS_WEBSHOP_FORM_H
#define PROTOCOLS_WEBSHOP_FORM_H

#include "protocols/webshop/webshop.h"

/* Bytes of a form: the largest document in base64 has 87,384, line breaks and percent-encoding add
 * a third at most, and other fields have the rest. */
#define FORM_BODY_MAX 204800
#define FORM_BASE64_MAX ((XML_BYTES_MAX + 2) / 3 * 4)

enum form_status {
    FORM_FOUND,
    FORM_ABSENT,
    FORM_BROKEN, /* badly encoded, or longer than it may be */
};
/* The first field of that name, decoded into bytes[max]. Other fields are not looked at. */
enum form_status form_find(struct slice body, struct slice name, char *bytes, size_t max,
                           size_t *size);

/* Takes the request out of a form: its base64, without what does not belong there, becomes what
 * `text` has (ceiling FORM_BODY_MAX), its document what `xml` has (ceiling XML_BYTES_MAX + 3).
 * Both are empty and the caller's. WEBSHOP_SOUND, NO_REQUEST, NOT_BASE64, TOO_LARGE or BUSY. */
enum webshop_fault form_request(struct slice body, struct buffer *text, struct buffer *xml);

#endif

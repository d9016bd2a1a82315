#include "protocols/webshop/message.h"

#include <sodium.h>

void message_base64(struct buffer *out, const void *bytes, size_t size) {
    size_t text_size = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
    char *text = buffer_extend(out, text_size);
    if (text == NULL)
        return;
    (void)sodium_bin2base64(text, text_size, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    out->used--; /* its NUL */
}

#include "protocols/common/percent.h"

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(struct slice text, char *bytes, size_t max, size_t *size) {
    *size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i] == '+' ? ' ' : text.base[i];
        if (c == '%') {
            int high = text.size - i > 2 ? hex_digit(text.base[i + 1]) : -1;
            int low = text.size - i > 2 ? hex_digit(text.base[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (*size == max)
            return false;
        bytes[(*size)++] = c;
    }
    return true;
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void percent_encode(struct buffer *out, struct slice text) {
    static const char hex[] = "0123456789ABCDEF";
    while (text.size > 0) {
        size_t plain = 0;
        while (plain < text.size && is_plain(text.base[plain]))
            plain++;
        buffer_append(out, text.base, plain);
        text = slice_after(text, plain);
        if (text.size > 0) {
            unsigned char byte = (unsigned char)text.base[0];
            const char code[3] = {'%', hex[byte >> 4], hex[byte & 15]};
            buffer_append(out, code, sizeof code);
            text = slice_after(text, 1);
        }
    }
}

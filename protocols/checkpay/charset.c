/* charset.c - bodies as the field sends them, made UTF-8: marks and blanks at the front, and
 * windows-1251, declared or agreed on. */
#include <errno.h>
#include <iconv.h>

#include "protocols/checkpay/answer.h"
#include "protocols/checkpay/dialect.h"

#define MARK SLICE("\xEF\xBB\xBF") /* UTF-8's byte order mark */

/* What stands before the document. True: a mark was there, so it is UTF-8. */
static bool strip_front(struct slice *text) {
    bool marked = false;
    while (text->size > 0) {
        struct slice mark = MARK;
        size_t size = slice_starts(*text, mark) ? mark.size : 0;
        marked |= size > 0;
        if (size == 0 && dialect_in(text->base[0], " \t\r\n"))
            size = 1;
        if (size == 0)
            break;
        *text = slice_after(*text, size);
    }
    return marked;
}

/* Drops an XML declaration; *encoding is what it says, empty where it does not. */
static void strip_declaration(struct slice *text, struct slice *encoding) {
    static const char name[] = "encoding";
    *encoding = SLICE("");
    if (!slice_starts(*text, SLICE("<?xml")) || text->size == 5 ||
        !dialect_in(text->base[5], " \t\r\n"))
        return;
    const char *end = memmem(text->base, text->size, "?>", 2);
    if (end == NULL)
        return;
    struct slice rest = {text->base, (size_t)(end - text->base)};
    *text = slice_after(*text, rest.size + 2);
    const char *at = memmem(rest.base, rest.size, name, sizeof name - 1);
    if (at == NULL)
        return;
    rest = slice_after(rest, (size_t)(at - rest.base) + sizeof name - 1);
    while (rest.size > 0 && dialect_in(rest.base[0], " \t\r\n=\"'"))
        rest = slice_after(rest, 1);
    while (encoding->size < rest.size && !dialect_in(rest.base[encoding->size], "\"' \t\r\n"))
        *encoding = (struct slice){rest.base, encoding->size + 1};
}

/* A byte that windows-1251 does not have becomes a '?'. */
static bool convert(struct slice text, struct buffer *out) {
    size_t room = text.size * 3; /* none of its characters has more bytes in UTF-8 */
    iconv_t table = iconv_open("UTF-8", "CP1251");
    if (table == (iconv_t)-1) // NOLINT(performance-no-int-to-ptr): as iconv_open says it
        return false;
    char *in = (char *)(uintptr_t)text.base; /* iconv only reads there */
    char *place = buffer_extend(out, room);
    out->used -= place == NULL ? 0 : room;
    while (place != NULL && text.size > 0) {
        size_t before = room;
        size_t result = iconv(table, &in, &text.size, &place, &room);
        out->used += before - room;
        if (result != (size_t)-1)
            continue;
        if (errno != EILSEQ || room == 0)
            break;
        *place++ = '?';
        room--, out->used++, in++, text.size--;
    }
    iconv_close(table);
    return place != NULL && text.size == 0;
}

bool answer_text(const struct checkpay_profile *profile, struct slice body, struct buffer *memory,
                 struct slice *text) {
    struct slice encoding = SLICE("");
    *text = body;
    bool marked = strip_front(text);
    if (profile->format == CHECKPAY_XML)
        strip_declaration(text, &encoding);
    bool cp1251 = !marked && encoding.size == 0 && profile->charset == CHECKPAY_CP1251;
    cp1251 |= slice_equal_nocase(encoding, SLICE("windows-1251")) ||
              slice_equal_nocase(encoding, SLICE("cp1251"));
    if (!cp1251 || text->size == 0)
        return encoding.size == 0 || slice_equal_nocase(encoding, SLICE("utf-8")) ||
               slice_equal_nocase(encoding, SLICE("utf8"));
    if (!convert(*text, memory))
        return false;
    *text = (struct slice){memory->base, memory->used};
    return true;
}

/* answer_plain.c - the XML answers that nearly all providers send, read without the parser, which
 * takes twenty times as long: a root with elements, and in each of them text and nothing else. What
 * is of any other form, or not well-formed, is left to the parser; what is read here, the parser
 * reads the same, which the tests compare byte by byte. */
#include "protocols/checkpay/answer.h"
#include "protocols/common/utf8.h"

enum { BYTES_MAX = 4096, VALUES_MAX = 16 }; /* a real one has 200, and 5 */

struct value {
    struct slice name, text;
};

/* Blanks between elements. */
static void pass_blanks(struct slice *rest) {
    while (rest->size > 0 && (rest->base[0] == ' ' || rest->base[0] == '\t' ||
                              rest->base[0] == '\r' || rest->base[0] == '\n'))
        *rest = slice_after(*rest, 1);
}

/* Takes the text from the front. False: something else stands there. */
static bool pass(struct slice *rest, struct slice text) {
    if (!slice_starts(*rest, text))
        return false;
    *rest = slice_after(*rest, text.size);
    return true;
}

/* Of a name without a namespace; first: it may stand first. Names in other letters are left. */
static bool is_in_name(char c, bool first) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

/* "<name>", without attributes. */
static bool pass_open(struct slice *rest, struct slice *name) {
    if (!pass(rest, SLICE("<")))
        return false;
    *name = (struct slice){rest->base, 0};
    while (name->size < rest->size && name->size < CHECKPAY_NAME_MAX &&
           is_in_name(rest->base[name->size], name->size == 0))
        name->size++;
    *rest = slice_after(*rest, name->size);
    return name->size > 0 && pass(rest, SLICE(">"));
}

static bool pass_close(struct slice *rest, struct slice name) {
    return pass(rest, SLICE("</")) && pass(rest, name) && pass(rest, SLICE(">"));
}

/* Of text that means itself. A ']' may be the start of "]]>", which text may not have, and a line's
 * end with CR is another character to the parser. */
static bool is_itself(uint32_t code) {
    return code >= 0x20 ? code != '&' && code != ']' && code != 0xFFFE && code != 0xFFFF
                        : code == '\t' || code == '\n';
}

/* What stands before the next '<'. */
static bool pass_text(struct slice *rest, struct slice *text) {
    *text = (struct slice){rest->base, 0};
    while (rest->size > 0 && rest->base[0] != '<') {
        uint32_t code;
        size_t size = utf8_read(*rest, &code);
        if (size == 0 || !is_itself(code))
            return false;
        text->size += size;
        *rest = slice_after(*rest, size);
    }
    return true;
}

/* All of the document. False: it is not of this form. */
static bool take_apart(struct slice rest, const char *root, struct value values[VALUES_MAX],
                       size_t *count) {
    struct slice own;
    *count = 0;
    pass_blanks(&rest);
    if (!pass_open(&rest, &own) || !slice_equal(own, slice_text(root)))
        return false;
    for (pass_blanks(&rest); !slice_starts(rest, SLICE("</")); pass_blanks(&rest)) {
        struct value *value = &values[*count];
        if (*count == VALUES_MAX || !pass_open(&rest, &value->name) ||
            !pass_text(&rest, &value->text) || !pass_close(&rest, value->name))
            return false;
        ++*count;
    }
    if (!pass_close(&rest, own))
        return false;
    pass_blanks(&rest);
    return rest.size == 0;
}

bool answer_read_plain(struct answer_reading *reading, struct slice body) {
    const struct checkpay_names *names = &reading->profile->names;
    struct value values[VALUES_MAX];
    size_t count;
    if (body.size > BYTES_MAX || !take_apart(body, names->root, values, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (names->fields[0] == '\0' || !slice_equal(values[i].name, slice_text(names->fields)))
            answer_take(reading, values[i].name, values[i].text); /* else: no field is in it */
    return true;
}

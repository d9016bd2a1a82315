/* translit.c - the letters by code point. A capital has its first letter as a capital. */
#include "protocols/agent_soap/translit.h"

#include "protocols/common/utf8.h"

static const char *const russian[] = {
    "a", "b", "v", "g", "d", "e",  "zh", "z",  "i",  "y",    "k", "l", "m", "n", "o",  "p",
    "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "",  "y", "",  "e", "yu", "ya"};

/* Kazakh, and io: small letters. */
static const struct {
    uint32_t letter;
    const char *latin;
} others[] = {
    {0x451, "yo"}, {0x456, "i"}, {0x493, "g"}, {0x49b, "q"}, {0x4a3, "ng"},
    {0x4af, "u"},  {0x4b1, "u"}, {0x4bb, "h"}, {0x4d9, "a"}, {0x4e9, "o"},
};

/* The small letter of a capital one; the same for all else. */
static uint32_t small(uint32_t letter) {
    if (letter >= 0x410 && letter <= 0x42f)
        return letter + 0x20;
    if (letter >= 0x400 && letter <= 0x40f)
        return letter + 0x50;
    if (letter >= 0x490 && letter <= 0x4ff) /* pairs: the capital is the even one */
        return letter | 1;
    return letter;
}

static const char *latin_of(uint32_t letter) {
    if (letter >= 0x430 && letter <= 0x44f)
        return russian[letter - 0x430];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].letter == letter)
            return others[i].latin;
    return "?";
}

void translit(struct buffer *out, struct slice text) {
    size_t size;
    for (; text.size > 0; text = slice_after(text, size)) {
        uint32_t letter;
        size = utf8_read(text, &letter);
        if (size == 0) { /* no UTF-8: a '?' for each such byte */
            size = 1;
            letter = 0xfffd;
        }
        uint32_t low = small(letter);
        if (letter < 0x80) {
            buffer_append(out, text.base, 1);
            continue;
        }
        const char *latin = latin_of(low);
        if (low == letter || latin[0] < 'a' || latin[0] > 'z') {
            buffer_text(out, latin);
            continue;
        }
        char capital = (char)(latin[0] - 'a' + 'A');
        buffer_append(out, &capital, 1);
        buffer_text(out, latin + 1);
    }
}

/* tell.c - what a network is told, in XML or JSON, by the names that the profile has. */
#include <stdio.h>

#include "protocols/checkpay/dialect.h"
#include "protocols/checkpay/inbound.h"
#include "protocols/common/assert.h"
#include "protocols/xml/xml.h"

/* For a person at the network. */
static const char *comment(enum checkpay_outcome outcome) {
    static const char *const texts[CHECKPAY_OUTCOMES] = {
        [CHECKPAY_DONE] = "ok",
        [CHECKPAY_ACCOUNT_FORMAT] = "wrong form of the account",
        [CHECKPAY_NO_ACCOUNT] = "no such account",
        [CHECKPAY_BLOCKED] = "the account is blocked",
        [CHECKPAY_BELOW_MINIMUM] = "below the smallest sum",
        [CHECKPAY_ABOVE_MAXIMUM] = "above the largest sum or a limit of the account",
        [CHECKPAY_IN_PROGRESS] = "not finished: ask again with the same id",
        [CHECKPAY_TEMPORARY] = "not possible now: ask again with the same id",
        [CHECKPAY_CONFLICT] = "this id was used for another payment",
        [CHECKPAY_NOT_ALLOWED] = "not allowed",
        [CHECKPAY_UNKNOWN_COMMAND] = "unknown command",
        [CHECKPAY_BAD_ID] = "wrong form of the id",
        [CHECKPAY_BAD_SUM] = "wrong form of the sum",
        [CHECKPAY_BAD_DATE] = "wrong date",
        [CHECKPAY_NOT_FOUND] = "no such payment",
        [CHECKPAY_CANNOT_CANCEL] = "it cannot be cancelled",
    };
    ASSERT(outcome < CHECKPAY_OUTCOMES);
    return texts[outcome];
}

struct writer {
    const struct checkpay_profile *profile;
    struct buffer *out;
    bool more; /* JSON: a comma comes first */
};

/* Digits, letters and blanks: nothing in a JSON string to escape but quotes and backslashes. */
static void put_json(struct buffer *out, struct slice value) {
    buffer_text(out, "\"");
    for (size_t i = 0; i < value.size; i++) {
        if (value.base[i] == '"' || value.base[i] == '\\')
            buffer_text(out, "\\");
        buffer_append(out, value.base + i, 1);
    }
    buffer_text(out, "\"");
}

/* One value under the dialect's name for it; nothing where it has none. number: as such in JSON. */
static void put(struct writer *writer, const char *name, struct slice value, bool number) {
    struct buffer *out = writer->out;
    if (name[0] == '\0' || value.size == 0)
        return;
    if (writer->profile->format == CHECKPAY_XML) {
        buffer_format(out, "<%s>", name);
        xml_escape(out, value);
        buffer_format(out, "</%s>", name);
        return;
    }
    buffer_format(out, "%s\"%s\":", writer->more ? "," : "", name);
    writer->more = true;
    if (number)
        buffer_append(out, value.base, value.size);
    else
        put_json(out, value);
}

static void put_values(struct writer *writer, const struct checkpay_told *told) {
    const struct checkpay_profile *profile = writer->profile;
    const struct checkpay_names *names = &profile->names;
    char number[24], date[DIALECT_DATE_MAX], sum[DIALECT_SUM_MAX];
    put(writer, names->id, told->id, false);
    if (told->payment != 0) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)told->payment);
        put(writer, names->provider_id, slice_text(number), false);
        if (dialect_sum(profile, told->amount, sum)) /* a comma would be no number of JSON */
            put(writer, names->sum, slice_text(sum), profile->sum_separator == '.');
    }
    snprintf(number, sizeof number, "%d", profile->outcomes[told->outcome]);
    put(writer, names->code, slice_text(number), true);
    put(writer, names->comment, slice_text(comment(told->outcome)), false);
    if (told->payment != 0) {
        dialect_date(profile, told->time_ns, date);
        put(writer, names->date, slice_text(date), false);
    }
}

void checkpay_tell(const struct checkpay_profile *profile, const struct checkpay_told *told,
                   struct buffer *out) {
    struct writer writer = {profile, out, false};
    const char *root = profile->names.root;
    bool xml = profile->format == CHECKPAY_XML, named = root[0] != '\0';
    ASSERT(profile->inbound && profile->outcomes[told->outcome] != OUTBOUND_NO_CODE);
    if (xml)
        buffer_format(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s>", root);
    else if (named)
        buffer_format(out, "{\"%s\":{", root);
    else
        buffer_text(out, "{");
    put_values(&writer, told);
    if (xml)
        buffer_format(out, "</%s>\n", root);
    else
        buffer_text(out, named ? "}}\n" : "}\n");
}

const char *checkpay_content_type(const struct checkpay_profile *profile) {
    return profile->format == CHECKPAY_XML ? "text/xml; charset=utf-8"
                                           : "application/json; charset=utf-8";
}

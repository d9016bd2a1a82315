/* request.c - a payment as a dialect's request: the URL and, of a POST, the form. */
#include <stdio.h>

#include "protocols/checkpay/dialect.h"
#include "protocols/checkpay/profile.h"
#include "protocols/common/assert.h"
#include "protocols/common/percent.h"

/* The parts of a payment as the dialect writes them. */
struct parts {
    char id[DIALECT_SUM_MAX], sum[DIALECT_SUM_MAX], service[DIALECT_SUM_MAX],
        date[DIALECT_DATE_MAX];
    struct slice account;
};

static bool make_parts(const struct checkpay_profile *profile, enum outbound_step step,
                       const struct outbound_payment *payment, struct parts *parts) {
    uint64_t amount = payment->amount;
    if (step == OUTBOUND_CHECK && amount == 0)
        amount = profile->check_sum;
    if (payment->account.size == 0 || payment->account.size > profile->account_max ||
        !dialect_is_utf8(payment->account, false) || !dialect_sum(profile, amount, parts->sum))
        return false;
    if (amount == 0)
        parts->sum[0] = '\0';
    parts->service[0] = '\0';
    if (payment->service != 0)
        snprintf(parts->service, sizeof parts->service, "%llu",
                 (unsigned long long)payment->service);
    int id = snprintf(parts->id, sizeof parts->id, "%llu", (unsigned long long)payment->id);
    dialect_date(profile, payment->time_ns, parts->date);
    parts->account = payment->account;
    return id > 0 && (uint32_t)id <= profile->id_max;
}

static struct slice value_of(const struct parts *parts, enum dialect_part part, struct slice text) {
    switch (part) {
    case PART_TEXT:
        return text;
    case PART_ID:
        return slice_text(parts->id);
    case PART_ACCOUNT:
        return parts->account;
    case PART_SUM:
        return slice_text(parts->sum);
    case PART_DATE:
        return slice_text(parts->date);
    case PART_SERVICE:
        return slice_text(parts->service);
    case PART_WRONG:
        break;
    }
    ASSERT(false); /* templates are checked when the profile is read */
    return text;
}

/* A sum or a service that is not known: its parameter is left out. */
static bool is_known(const struct parts *parts, const char *template) {
    struct slice rest = slice_text(template), text = SLICE("");
    while (rest.size > 0) {
        enum dialect_part part = dialect_part(&rest, &text);
        if (part != PART_TEXT && value_of(parts, part, text).size == 0)
            return false;
    }
    return true;
}

static void put(struct buffer *out, const struct parts *parts, const char *template) {
    struct slice rest = slice_text(template), text = SLICE("");
    while (rest.size > 0) {
        enum dialect_part part = dialect_part(&rest, &text);
        percent_encode(out, value_of(parts, part, text));
    }
}

static void put_parameters(struct buffer *out, const struct checkpay_profile *profile,
                           enum outbound_step step, const struct parts *parts) {
    size_t start = out->used;
    for (uint32_t i = 0; i < profile->parameter_count[step]; i++) {
        const struct checkpay_parameter *parameter = &profile->parameters[step][i];
        if (!is_known(parts, parameter->text))
            continue;
        if (out->used > start)
            buffer_text(out, "&");
        percent_encode(out, slice_text(parameter->name));
        buffer_text(out, "=");
        put(out, parts, parameter->text);
    }
}

/* The path's own text stays as it is: its slashes part it. */
static void put_path(struct buffer *out, const struct parts *parts, const char *path) {
    struct slice rest = slice_text(path), text = SLICE("");
    while (rest.size > 0) {
        enum dialect_part part = dialect_part(&rest, &text);
        if (part == PART_TEXT)
            buffer_append(out, text.base, text.size);
        else
            percent_encode(out, value_of(parts, part, text));
    }
}

bool checkpay_request(const struct checkpay_profile *profile, enum outbound_step step,
                      const struct outbound_payment *payment, struct outbound_request *request) {
    ASSERT(profile->outbound && profile->base_url[0] != '\0');
    struct parts parts;
    if (payment->id == 0 || (step == OUTBOUND_PAY && payment->amount == 0) ||
        !make_parts(profile, step, payment, &parts) || !is_known(&parts, profile->path))
        return false;
    bool post = profile->method == CHECKPAY_POST;
    request->method = post ? "POST" : "GET";
    request->content_type = post ? "application/x-www-form-urlencoded" : NULL;
    buffer_text(request->url, profile->base_url);
    put_path(request->url, &parts, profile->path);
    if (!post) {
        bool more = strchr(profile->base_url, '?') != NULL || strchr(profile->path, '?') != NULL;
        buffer_text(request->url, more ? "&" : "?");
    }
    put_parameters(post ? request->body : request->url, profile, step, &parts);
    return !request->url->failed && !(post && request->body->failed);
}

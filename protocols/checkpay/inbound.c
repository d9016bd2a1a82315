/* inbound.c - what a network asks: its parameters, by the names that the profile has for them. */
#include "protocols/checkpay/inbound.h"

#include "protocols/checkpay/dialect.h"
#include "protocols/common/percent.h"

/* The parameters that a profile has names for, decoded. */
enum { COMMAND, ID, ACCOUNT, SUM, DATE, SERVICE, PARAMETERS };
struct values {
    char bytes[PARAMETERS][CHECKPAY_ACCOUNT_MAX];
    size_t size[PARAMETERS];
    bool wrong[PARAMETERS]; /* given twice, badly encoded or too long */
    bool seen[PARAMETERS];
};

static struct slice value(const struct values *values, int which) {
    return (struct slice){values->bytes[which], values->size[which]};
}

static void read_all(const struct checkpay_profile *profile, struct slice rest,
                     struct values *values) {
    const char *const names[PARAMETERS] = {profile->command, profile->id,   profile->account,
                                           profile->sum,     profile->date, profile->service};
    while (rest.size > 0) {
        struct slice text = slice_cut(&rest, '&');
        struct slice name = slice_cut(&text, '=');
        for (int i = 0; i < PARAMETERS; i++) {
            if (name.size == 0 || !slice_equal(name, slice_text(names[i])))
                continue;
            values->wrong[i] =
                values->seen[i] ||
                !percent_decode(text, values->bytes[i], sizeof values->bytes[i], &values->size[i]);
            values->seen[i] = true;
        }
    }
}

static bool take_id(const struct checkpay_profile *profile, const struct values *values,
                    char id[CHECKPAY_INBOUND_ID_MAX + 1]) {
    struct slice text = value(values, ID);
    if (values->wrong[ID] || text.size > profile->id_max)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool digit = text.base[i] >= '0' && text.base[i] <= '9';
        bool visible = text.base[i] > ' ' && text.base[i] <= '~';
        if (profile->id_alphabet == CHECKPAY_DIGITS ? !digit : !visible)
            return false;
    }
    memcpy(id, text.base, text.size);
    return true;
}

static bool take_command(const struct checkpay_profile *profile, const struct values *values,
                         enum checkpay_command *command) {
    struct slice text = value(values, COMMAND);
    for (int i = 0; i < CHECKPAY_COMMANDS && !values->wrong[COMMAND]; i++) {
        if (text.size > 0 && slice_equal(text, slice_text(profile->commands[i]))) {
            *command = (enum checkpay_command)i;
            return true;
        }
    }
    return false;
}

static bool take_account(const struct checkpay_profile *profile, const struct values *values,
                         char account[CHECKPAY_ACCOUNT_MAX + 1]) {
    struct slice text = value(values, ACCOUNT);
    if (values->wrong[ACCOUNT] || text.size == 0 || text.size > profile->account_max ||
        !dialect_is_utf8(text, false))
        return false;
    memcpy(account, text.base, text.size);
    return true;
}

/* A day within a year before now, and at most one after it. */
static bool take_day(const struct checkpay_profile *profile, const struct values *values,
                     uint64_t now_ns, uint32_t *day) {
    const uint64_t day_ns = 86400u * UINT64_C(1000000000);
    char text[DIALECT_DATE_MAX];
    uint32_t tomorrow;
    if (profile->date[0] == '\0')
        return true;
    dialect_date(profile, now_ns + day_ns, text);
    if (values->wrong[DATE] || !dialect_date_parse(profile, value(values, DATE), day) ||
        !dialect_date_parse(profile, slice_text(text), &tomorrow))
        return false;
    return *day <= tomorrow && *day + 10000 >= tomorrow; /* yyyymmdd: a year is 10000 */
}

static enum checkpay_outcome take_payment(const struct checkpay_profile *profile,
                                          const struct values *values, uint64_t now_ns,
                                          struct checkpay_asked *asked) {
    bool pay = asked->command == CHECKPAY_PAY;
    if (!take_account(profile, values, asked->account))
        return CHECKPAY_ACCOUNT_FORMAT;
    bool sum =
        !values->wrong[SUM] && dialect_sum_parse(profile, value(values, SUM), &asked->amount);
    if (!sum && pay)
        return CHECKPAY_BAD_SUM;
    asked->amount = sum ? asked->amount : 0; /* a check's may be any placeholder */
    if (pay && !take_day(profile, values, now_ns, &asked->day))
        return CHECKPAY_BAD_DATE;
    if (values->seen[SERVICE] &&
        (values->wrong[SERVICE] ||
         !dialect_number(value(values, SERVICE), UINT64_MAX, &asked->service)))
        return CHECKPAY_NOT_ALLOWED;
    return CHECKPAY_DONE;
}

enum checkpay_outcome checkpay_asked_read(const struct checkpay_profile *profile,
                                          struct slice parameters, uint64_t now_ns,
                                          struct checkpay_asked *asked) {
    struct values values;
    memset(&values, 0, sizeof values);
    memset(asked, 0, sizeof *asked);
    read_all(profile, parameters, &values);
    bool has_id = take_id(profile, &values, asked->id);
    if (!take_command(profile, &values, &asked->command))
        return CHECKPAY_UNKNOWN_COMMAND;
    if (!has_id || (asked->id[0] == '\0' && asked->command != CHECKPAY_CHECK))
        return CHECKPAY_BAD_ID;
    if (asked->command == CHECKPAY_STATUS || asked->command == CHECKPAY_CANCEL)
        return CHECKPAY_DONE;
    return take_payment(profile, &values, now_ns, asked);
}

#include "protocols/checkpay/profile_keys.h"

#include "protocols/common/assert.h"

const char *const profile_sections[SECTIONS] = {"",      "dialect", "check",   "pay",     "answer",
                                                "codes", "fields",  "inbound", "outcomes"};
const char *const checkpay_mapped_names[CHECKPAY_MAPPED] = {"owner",   "address", "debt", "date",
                                                            "charged", "paid",    "due"};

static const char *const methods[] = {"GET", "POST", NULL};
static const char *const formats[] = {"xml", "json", NULL};
static const char *const charsets[] = {"utf-8", "windows-1251", NULL};
static const char *const alphabets[] = {"digits", "visible", NULL};
static const char *const unit_names[] = {"tenge", "tiyn", NULL};

#define AT(member) offsetof(struct checkpay_profile, member)
#define MAPPED(index) AT(mapped) + (index)*OUTBOUND_FIELD_MAX
#define COMMAND(which) AT(commands) + CHECKPAY_##which *CHECKPAY_NAME_MAX
#define NEED true
/* clang-format off */
const struct profile_key profile_keys[] = {
    {SECTION_DIALECT, "method",        KEY_CHOICE,    AT(method),            0, 0,   NEED,  methods},
    {SECTION_DIALECT, "path",          KEY_TEMPLATE,  AT(path),              0, 0,   false, NULL},
    {SECTION_DIALECT, "date_format",   KEY_DATE,      AT(date_format),       0, 0,   NEED,  NULL},
    {SECTION_DIALECT, "zone",          KEY_ZONE,      AT(zone_s),            0, 0,   NEED,  NULL},
    {SECTION_DIALECT, "sum_unit",      KEY_CHOICE,    AT(sum_unit),          0, 0,   false, unit_names},
    {SECTION_DIALECT, "sum_decimals",  KEY_NUMBER,    AT(sum_decimals),      0, 2,   false, NULL},
    {SECTION_DIALECT, "sum_separator", KEY_CHARACTER, AT(sum_separator),     0, 0,   false, NULL},
    {SECTION_DIALECT, "check_sum",     KEY_AMOUNT,    AT(check_sum),         0, 0,   false, NULL},
    {SECTION_DIALECT, "id_max",        KEY_NUMBER,    AT(id_max),            1, 64,  NEED,  NULL},
    {SECTION_DIALECT, "id_alphabet",   KEY_CHOICE,    AT(id_alphabet),       0, 0,   false, alphabets},
    {SECTION_DIALECT, "account_max",   KEY_NUMBER,    AT(account_max),       1, 200, false, NULL},

    {SECTION_ANSWER, "format",         KEY_CHOICE,    AT(format),            0, 0,   NEED,  formats},
    {SECTION_ANSWER, "charset",        KEY_CHOICE,    AT(charset),           0, 0,   false, charsets},
    {SECTION_ANSWER, "root",           KEY_NAME,      AT(names.root),        0, 0,   false, NULL},
    {SECTION_ANSWER, "code",           KEY_NAME,      AT(names.code),        0, 0,   NEED,  NULL},
    {SECTION_ANSWER, "id",             KEY_NAME,      AT(names.id),          0, 0,   false, NULL},
    {SECTION_ANSWER, "provider_id",    KEY_NAME,      AT(names.provider_id), 0, 0,   false, NULL},
    {SECTION_ANSWER, "sum",            KEY_NAME,      AT(names.sum),         0, 0,   false, NULL},
    {SECTION_ANSWER, "comment",        KEY_NAME,      AT(names.comment),     0, 0,   false, NULL},
    {SECTION_ANSWER, "date",           KEY_NAME,      AT(names.date),        0, 0,   false, NULL},
    {SECTION_ANSWER, "fields",         KEY_NAME,      AT(names.fields),      0, 0,   false, NULL},
    {SECTION_ANSWER, "field_name",     KEY_NAME,      AT(names.field_name),  0, 0,   false, NULL},
    {SECTION_ANSWER, "field_text",     KEY_NAME,      AT(names.field_text),  0, 0,   false, NULL},

    {SECTION_FIELDS, "owner",          KEY_LABEL,     MAPPED(0),             0, 0,   false, NULL},
    {SECTION_FIELDS, "address",        KEY_LABEL,     MAPPED(1),             0, 0,   false, NULL},
    {SECTION_FIELDS, "debt",           KEY_LABEL,     MAPPED(2),             0, 0,   false, NULL},
    {SECTION_FIELDS, "date",           KEY_LABEL,     MAPPED(3),             0, 0,   false, NULL},
    {SECTION_FIELDS, "charged",        KEY_LABEL,     MAPPED(4),             0, 0,   false, NULL},
    {SECTION_FIELDS, "paid",           KEY_LABEL,     MAPPED(5),             0, 0,   false, NULL},
    {SECTION_FIELDS, "due",            KEY_LABEL,     MAPPED(6),             0, 0,   false, NULL},

    {SECTION_INBOUND, "command",       KEY_NAME,      AT(command),           0, 0,   NEED,  NULL},
    {SECTION_INBOUND, "check",         KEY_NAME,      COMMAND(CHECK),        0, 0,   NEED,  NULL},
    {SECTION_INBOUND, "pay",           KEY_NAME,      COMMAND(PAY),          0, 0,   NEED,  NULL},
    {SECTION_INBOUND, "status",        KEY_NAME,      COMMAND(STATUS),       0, 0,   false, NULL},
    {SECTION_INBOUND, "cancel",        KEY_NAME,      COMMAND(CANCEL),       0, 0,   false, NULL},
    {SECTION_INBOUND, "id",            KEY_NAME,      AT(id),                0, 0,   NEED,  NULL},
    {SECTION_INBOUND, "account",       KEY_NAME,      AT(account),           0, 0,   NEED,  NULL},
    {SECTION_INBOUND, "sum",           KEY_NAME,      AT(sum),               0, 0,   NEED,  NULL},
    {SECTION_INBOUND, "date",          KEY_NAME,      AT(date),              0, 0,   false, NULL},
    {SECTION_INBOUND, "service",       KEY_NAME,      AT(service),           0, 0,   false, NULL},
#define X(name, key, required) \
    {SECTION_OUTCOMES, key, KEY_CODE, AT(outcomes) + CHECKPAY_##name * sizeof(int32_t), 0, 0, \
     required, NULL},
    CHECKPAY_OUTCOME_MAP(X)
#undef X
};
/* clang-format on */
const uint32_t profile_key_count = sizeof profile_keys / sizeof profile_keys[0];
_Static_assert(sizeof profile_keys / sizeof profile_keys[0] <= PROFILE_KEYS_MAX, "");

void profile_defaults(struct checkpay_profile *profile) {
    memset(profile, 0, sizeof *profile);
    profile->sum_decimals = 2;
    profile->sum_separator = '.';
    profile->account_max = CHECKPAY_ACCOUNT_MAX;
    profile->other.number = OUTBOUND_NO_CODE;
    for (size_t i = 0; i < CHECKPAY_OUTCOMES; i++)
        profile->outcomes[i] = OUTBOUND_NO_CODE;
}

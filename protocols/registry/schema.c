/* schema.c - the tables: what fields each kind of record has. */
#include "protocols/common/assert.h"
#include "protocols/registry/inner.h"

const char *const registry_privileges[] = {"CHECK_USER",    "BALANCE",
                                           "CASH_IN",       "CASH_IN_AVTOBYS",
                                           "CASH_OUT",      "CASH_OUT_WITHOUT_TOKEN",
                                           "PAY_FOR_GOODS", "PAY_FOR_SERVICES",
                                           "VOSTOK_PLAT",   NULL};
const char *const registry_payers[] = {"", "agent", "client", "merchant", NULL};
static const char *const algorithms[] = {"as_asked", "sha256", NULL};
static const char *const callbacks[] = {"webshop", "webhook", NULL};
static const char *const styles[] = {"name", "numeric", NULL};

_Static_assert(PRIVILEGES_ALL == (1u << (sizeof registry_privileges / sizeof(char *) - 1)) - 1,
               "each privilege has its name");

enum { KEY = 1, NEED = 2, SECRET = 4 };
#define SIZE(of, member) sizeof(((of *)NULL)->member)
#define FIELD(of, member, kind, flags, choices_)                                                   \
    {                                                                                              \
        .name = #member, .type = REGISTRY_##kind, .offset = offsetof(of, member),                  \
        .size = SIZE(of, member), .in_key = ((flags)&KEY) != 0, .required = ((flags)&NEED) != 0,   \
        .secret = ((flags)&SECRET) != 0, .choices = (choices_)                                     \
    }
#define SCHEMA(name_, fields_, of)                                                                 \
    { name_, fields_, sizeof fields_ / sizeof fields_[0], sizeof(of) }

#define C struct registry_client
static const struct registry_field client[] = {
    FIELD(C, login, LOGIN, KEY | NEED, NULL), FIELD(C, account, ACCOUNT, NEED, NULL),
    FIELD(C, first_name, TEXT, 0, NULL),      FIELD(C, last_name, TEXT, 0, NULL),
    FIELD(C, patronymic, TEXT, 0, NULL),      FIELD(C, iin, DIGITS, 0, NULL),
    FIELD(C, identified, BOOL, 0, NULL),      FIELD(C, blocked, BOOL, 0, NULL),
    FIELD(C, own_limits, BOOL, 0, NULL),      FIELD(C, password, TEXT, SECRET, NULL),
};
#define A struct registry_agent
static const struct registry_field agent[] = {
    FIELD(A, login, LOGIN, KEY | NEED, NULL),  FIELD(A, account, ACCOUNT, NEED, NULL),
    FIELD(A, name, TEXT, NEED, NULL),          FIELD(A, privileges, SET, 0, registry_privileges),
    FIELD(A, addresses, ADDRESSES, 0, NULL),   FIELD(A, answer_algorithm, CHOICE, 0, algorithms),
    FIELD(A, legacy_signature, BOOL, 0, NULL), FIELD(A, ascii_answers, BOOL, 0, NULL),
    FIELD(A, blocked, BOOL, 0, NULL),
};
#define M struct registry_merchant
static const struct registry_field merchant[] = {
    FIELD(M, login, LOGIN, KEY | NEED, NULL),
    FIELD(M, name, TEXT, NEED, NULL),
    FIELD(M, wallets, ACCOUNTS, NEED, NULL),
    FIELD(M, legacy_signature, BOOL, 0, NULL),
    FIELD(M, blocked, BOOL, 0, NULL),
    FIELD(M, callback, CHOICE, 0, callbacks),
    FIELD(M, status_style, CHOICE, 0, styles),
    FIELD(M, shows_buyers, BOOL, 0, NULL),
    FIELD(M, webhook_secret, TEXT, SECRET, NULL),
};
#define T struct registry_terminal
static const struct registry_field terminal[] = {
    FIELD(T, id, TERMINAL_ID, KEY | NEED, NULL),
    FIELD(T, merchant, LOGIN, NEED, NULL),
    FIELD(T, wallet, ACCOUNT, 0, NULL),
    FIELD(T, name, TEXT, 0, NULL),
    FIELD(T, blocked, BOOL, 0, NULL),
};
#define K struct registry_key
static const struct registry_field key[] = {
    FIELD(K, login, LOGIN, KEY | NEED, NULL),
    FIELD(K, number, NUMBER, KEY, NULL),
    FIELD(K, der, BYTES, NEED, NULL),
    FIELD(K, blocked, BOOL, 0, NULL),
};
#define F struct registry_tariff
static const struct registry_field tariff[] = {
    FIELD(F, operation, OPERATION, KEY | NEED, NULL),
    FIELD(F, agent, LOGIN, KEY, NULL),
    FIELD(F, merchant, LOGIN, KEY, NULL),
    FIELD(F, percent, NUMBER, 0, NULL),
    FIELD(F, fixed, AMOUNT, 0, NULL),
    FIELD(F, minimum, AMOUNT, 0, NULL),
    FIELD(F, maximum, AMOUNT, 0, NULL),
    FIELD(F, payer, CHOICE, 0, registry_payers),
    FIELD(F, off, BOOL, 0, NULL),
};
#define L struct registry_limits
static const struct registry_field limits[] = {
    FIELD(L, identified, BOOL, KEY, NULL),
    FIELD(L, ceiling, AMOUNT, NEED, NULL),
    FIELD(L, day_limit, AMOUNT, NEED, NULL),
    FIELD(L, month_limit, AMOUNT, NEED, NULL),
};
#define O struct registry_operator
static const struct registry_field operator_[] = {
    FIELD(O, name, TEXT, KEY | NEED, NULL),
    FIELD(O, role, TEXT, NEED, NULL),
    FIELD(O, blocked, BOOL, 0, NULL),
};

#define S struct registry_service
static const struct registry_field service[] = {
    FIELD(S, code, CODE, KEY | NEED, NULL), FIELD(S, name, TEXT, NEED, NULL),
    FIELD(S, merchant, LOGIN, NEED, NULL),  FIELD(S, wallet, ACCOUNT, 0, NULL),
    FIELD(S, provider, NUMBER, NEED, NULL), FIELD(S, provider_code, CODE, 0, NULL),
    FIELD(S, pattern, PATTERN, 0, NULL),    FIELD(S, minimum, AMOUNT, 0, NULL),
    FIELD(S, maximum, AMOUNT, 0, NULL),     FIELD(S, maintenance, WINDOWS, 0, NULL),
    FIELD(S, blocked, BOOL, 0, NULL),
};

#define N struct registry_network
static const struct registry_field network[] = {
    FIELD(N, name, TEXT, KEY | NEED, NULL),      FIELD(N, login, LOGIN, NEED, NULL),
    FIELD(N, account, ACCOUNT, NEED, NULL),      FIELD(N, profile, TEXT, NEED, NULL),
    FIELD(N, addresses, ADDRESSES, NEED, NULL),  FIELD(N, user, TEXT, 0, NULL),
    FIELD(N, password_hash, TEXT, SECRET, NULL), FIELD(N, wallet_service, CODE, 0, NULL),
    FIELD(N, merchant_service, CODE, 0, NULL),   FIELD(N, blocked, BOOL, 0, NULL),
};

const struct registry_schema registry_schemas[REGISTRY_KINDS] = {
    [REGISTRY_CLIENT] = SCHEMA("client", client, C),
    [REGISTRY_AGENT] = SCHEMA("agent", agent, A),
    [REGISTRY_MERCHANT] = SCHEMA("merchant", merchant, M),
    [REGISTRY_TERMINAL] = SCHEMA("terminal", terminal, T),
    [REGISTRY_KEY] = SCHEMA("key", key, K),
    [REGISTRY_TARIFF] = SCHEMA("tariff", tariff, F),
    [REGISTRY_LIMITS] = SCHEMA("limits", limits, L),
    [REGISTRY_OPERATOR] = SCHEMA("operator", operator_, O),
    [REGISTRY_SERVICE] = SCHEMA("service", service, S),
    [REGISTRY_NETWORK] = SCHEMA("network", network, N),
};

/* The count of an array stands right behind it. */
_Static_assert(offsetof(M, wallet_count) == offsetof(M, wallets) + SIZE(M, wallets), "");
_Static_assert(offsetof(K, der_size) == offsetof(K, der) + SIZE(K, der), "");

enum registry_kind registry_kind_of(struct slice text) {
    const char *slash = text.size == 0 ? NULL : memchr(text.base, '/', text.size);
    if (slash != NULL)
        text.size = (size_t)(slash - text.base);
    for (int i = 0; i < REGISTRY_KINDS; i++)
        if (slice_equal(text, slice_text(registry_schemas[i].name)))
            return (enum registry_kind)i;
    return REGISTRY_KINDS;
}

const struct registry_field *registry_field_of(enum registry_kind kind, struct slice name) {
    ASSERT(kind < REGISTRY_KINDS);
    const struct registry_schema *schema = &registry_schemas[kind];
    for (uint32_t i = 0; i < schema->field_count; i++)
        if (slice_equal(name, slice_text(schema->fields[i].name)))
            return &schema->fields[i];
    return NULL;
}

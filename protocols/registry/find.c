/* find.c - records as the newest durable state has them; checks of whole ones; tariffs; limits. */
#include "protocols/common/assert.h"
#include "protocols/registry/inner.h"

#define PERCENT_MAX 10000u /* the whole amount */
#define CENTS(tenge) ((uint64_t)(tenge)*100)

static bool check_client(const struct registry_client *client, const char **why) {
    *why = "iin: an identified client has one";
    return !client->identified || client->iin[0] != '\0';
}

static bool check_tariff(const struct registry_tariff *tariff, const char **why) {
    if (tariff->percent > PERCENT_MAX) {
        *why = "percent: in 1/10,000, at most 10000";
        return false;
    }
    if (tariff->fixed > LEDGER_AMOUNT_MAX || tariff->minimum > LEDGER_AMOUNT_MAX ||
        tariff->maximum > LEDGER_AMOUNT_MAX) {
        *why = "fixed, minimum, maximum: amounts; without a maximum it is 0";
        return false;
    }
    if (tariff->maximum != 0 && tariff->maximum < tariff->minimum) {
        *why = "maximum: not below the minimum";
        return false;
    }
    *why = "payer: agent, client or merchant";
    return tariff->off || tariff->payer != 0;
}

static bool check_merchant(const struct registry_merchant *merchant, const char **why) {
    uint8_t key[REGISTRY_WEBHOOK_KEY_MAX];
    bool secret = merchant->webhook_secret[0] != '\0';
    *why = "webhook_secret: whsec_ and the base64 of 24 to 64 bytes";
    if (secret && registry_webhook_key(merchant->webhook_secret, key) == 0)
        return false;
    *why = "callback: webhook needs a secret, which tiyn ctl merchant webhook makes";
    return secret || merchant->callback != CALLBACK_WEBHOOK;
}

static bool check_service(const struct registry_service *service, const char **why) {
    *why = "minimum, maximum: amounts; not above each other; without a maximum it is 0";
    return service->minimum <= LEDGER_AMOUNT_MAX && service->maximum <= LEDGER_AMOUNT_MAX &&
           (service->maximum == 0 || service->minimum <= service->maximum);
}

/* A name that stands in a key and may stand in a URL. */
static bool is_plain_name(const char *name) {
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_")] == '\0';
}
#define PLAIN_NAME "name: lower-case letters, digits, '.', '-' and '_'"

static bool check_operator(const struct registry_operator *person, const char **why) {
    static const char *const roles[] = {"viewer", "operator", "finance", "administrator"};
    *why = PLAIN_NAME;
    if (!is_plain_name(person->name))
        return false;
    *why = "role: viewer, operator, finance or administrator";
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(person->role, roles[i]) == 0)
            return true;
    return false;
}

static bool check_network(const struct registry_network *network, const char **why) {
    const char *hash = network->password_hash;
    size_t size = strspn(hash, "0123456789abcdef");
    *why = PLAIN_NAME;
    if (!is_plain_name(network->name))
        return false;
    *why = "addresses: at least one";
    if (network->addresses[strspn(network->addresses, " ,")] == '\0')
        return false;
    *why = "merchant_service: another number than that of wallets";
    if (network->merchant_service != 0 && network->merchant_service == network->wallet_service)
        return false;
    *why = "password_hash: 64 hexadecimal digits, such as b2sum -l 256 prints";
    if (hash[size] != '\0' || (size != 0 && size != REGISTRY_HASH_TEXT - 1))
        return false;
    *why = "user: no ':', and with a password_hash or without both";
    return strchr(network->user, ':') == NULL && (network->user[0] == '\0') == (size == 0);
}

/* Of a record whose fields are valid by their types: is it whole, do they go together? */
static bool check_whole(enum registry_kind kind, const void *record, struct registry_fault *fault) {
    const struct registry_schema *schema = &registry_schemas[kind];
    for (uint32_t i = 0; i < schema->field_count; i++) {
        *fault = (struct registry_fault){schema->fields[i].name, NULL};
        if (schema->fields[i].required && registry_field_is_empty(record, &schema->fields[i]))
            return false;
    }
    fault->field = NULL;
    if (kind == REGISTRY_CLIENT)
        return check_client(record, &fault->why);
    if (kind == REGISTRY_MERCHANT)
        return check_merchant(record, &fault->why);
    if (kind == REGISTRY_TARIFF)
        return check_tariff(record, &fault->why);
    if (kind == REGISTRY_SERVICE)
        return check_service(record, &fault->why);
    if (kind == REGISTRY_OPERATOR)
        return check_operator(record, &fault->why);
    if (kind == REGISTRY_NETWORK)
        return check_network(record, &fault->why);
    return true;
}

bool registry_check(enum registry_kind kind, const void *record, const char **why) {
    struct registry_fault fault;
    ASSERT(kind < REGISTRY_KINDS);
    const struct registry_schema *schema = &registry_schemas[kind];
    for (uint32_t i = 0; i < schema->field_count; i++) {
        *why = registry_field_fault(record, &schema->fields[i]);
        if (*why != NULL)
            return false;
    }
    bool good = check_whole(kind, record, &fault);
    *why = fault.why == NULL ? fault.field : fault.why;
    return good;
}

bool registry_take(enum registry_kind kind, struct slice key, struct slice value, void *record,
                   struct registry_fault *fault) {
    return registry_read_at(kind, key, value, record, fault) && check_whole(kind, record, fault);
}

enum registry_found registry_find(const struct adapter_env *env, enum registry_kind kind,
                                  void *record) {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    size_t size = 0, key_size = registry_key(kind, record, key);
    struct registry_fault fault;
    enum ledger_status status = env->registry_get(env->node, key, key_size, value, &size);
    if (status == LEDGER_RECORD_NOT_FOUND)
        return REGISTRY_ABSENT;
    if (status != LEDGER_DONE)
        return REGISTRY_BUSY;
    struct slice bytes = {(const char *)value, size};
    return registry_take(kind, (struct slice){key, key_size}, bytes, record, &fault)
               ? REGISTRY_FOUND
               : REGISTRY_BROKEN;
}

/* ---- Tariffs ------------------------------------------------------------------------------- */

enum registry_found registry_tariff_find(const struct adapter_env *env, uint16_t operation,
                                         uint64_t agent, uint64_t merchant,
                                         struct registry_tariff *tariff) {
    const uint64_t pairs[4][2] = {{agent, merchant}, {agent, 0}, {0, merchant}, {0, 0}};
    for (int i = 0; i < 4; i++) {
        if (i > 0 && i < 3 && (pairs[i][0] | pairs[i][1]) == 0)
            continue; /* the last one has its turn */
        if (i == 1 && merchant == 0)
            continue; /* it was the first one */
        *tariff = (struct registry_tariff){
            .operation = operation, .agent = pairs[i][0], .merchant = pairs[i][1]};
        enum registry_found found = registry_find(env, REGISTRY_TARIFF, tariff);
        if (found != REGISTRY_ABSENT)
            return found;
    }
    return REGISTRY_ABSENT;
}

bool registry_fee(const struct registry_tariff *tariff, uint64_t amount, uint64_t *fee) {
    ASSERT(amount <= LEDGER_AMOUNT_MAX);
    *fee = 0;
    if (tariff->off)
        return true;
    if (tariff->percent > PERCENT_MAX || tariff->fixed > LEDGER_AMOUNT_MAX)
        return false; /* registry_check has not seen it, and the sum could wrap around */
    /* Whole ten-thousands and the rest apart, so that nothing passes 2^63. */
    uint64_t whole = amount / PERCENT_MAX * tariff->percent;
    uint64_t rest = (amount % PERCENT_MAX * tariff->percent + PERCENT_MAX / 2) / PERCENT_MAX;
    uint64_t sum = whole + rest + tariff->fixed;
    sum = sum < tariff->minimum ? tariff->minimum : sum;
    sum = tariff->maximum != 0 && sum > tariff->maximum ? tariff->maximum : sum;
    if (sum > LEDGER_AMOUNT_MAX)
        return false;
    *fee = sum;
    return true;
}

enum registry_found registry_charge_find(const struct adapter_env *env, uint16_t operation,
                                         const struct registry_parties *parties, uint64_t amount,
                                         struct registry_charge *charge) {
    struct registry_tariff tariff;
    *charge = (struct registry_charge){.fee = 0};
    enum registry_found found =
        registry_tariff_find(env, operation, parties->agent, parties->merchant, &tariff);
    if (found == REGISTRY_ABSENT || (found == REGISTRY_FOUND && tariff.off))
        return REGISTRY_FOUND;
    if (found != REGISTRY_FOUND)
        return found;
    charge->payer = tariff.payer <= PAYER_MERCHANT ? parties->accounts[tariff.payer] : 0;
    return charge->payer != 0 && registry_fee(&tariff, amount, &charge->fee) ? REGISTRY_FOUND
                                                                             : REGISTRY_BROKEN;
}

/* ---- Limits -------------------------------------------------------------------------------- */

void registry_limits_default(bool identified, struct registry_limits *limits) {
    *limits = identified
                  ? (struct registry_limits){true, CENTS(3000000), CENTS(1000000), CENTS(5000000)}
                  : (struct registry_limits){false, CENTS(200000), CENTS(200000), CENTS(500000)};
}

enum registry_found registry_limits_find(const struct adapter_env *env, bool identified,
                                         struct registry_limits *limits) {
    *limits = (struct registry_limits){.identified = identified};
    enum registry_found found = registry_find(env, REGISTRY_LIMITS, limits);
    if (found != REGISTRY_ABSENT)
        return found;
    registry_limits_default(identified, limits);
    return REGISTRY_FOUND;
}

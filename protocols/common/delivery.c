#include "protocols/common/delivery.h"

#include <jansson.h>

#include "protocols/common/money.h"

static bool read_account(const json_t *value, char account[DELIVERY_ACCOUNT_MAX],
                         struct slice *slice) {
    const char *text = json_string_value(value); /* UTF-8, no NULs: the parser sees to it */
    size_t size = text == NULL ? 0 : strlen(text);
    if (size == 0 || size >= DELIVERY_ACCOUNT_MAX)
        return false;
    memcpy(account, text, size + 1);
    *slice = (struct slice){account, size};
    return true;
}

static bool read_amount(const json_t *value, const struct ledger_payment *payment,
                        uint64_t *amount) {
    const char *text = json_string_value(value);
    if (text == NULL || !money_parse(slice_text(text), amount) || *amount == 0)
        return false;
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    for (uint32_t i = 0; i < payment->leg_count; i++)
        if (legs[i].amount == *amount)
            return true;
    return false;
}

static bool read_service(const json_t *value, uint64_t *service) {
    *service = 0;
    if (value == NULL)
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *service = (uint64_t)json_integer_value(value);
    return true;
}

bool delivery_read(const struct ledger_payment *payment, char account[DELIVERY_ACCOUNT_MAX],
                   struct outbound_payment *asked, uint64_t *service) {
    const char *attributes = (const char *)ledger_payment_attributes(payment);
    json_t *root = json_loadb(attributes, payment->attributes_size, JSON_REJECT_DUPLICATES, NULL);
    *asked = (struct outbound_payment){.id = payment->id, .time_ns = payment->opened_ns};
    bool good = json_is_object(root) &&
                read_account(json_object_get(root, "account"), account, &asked->account) &&
                read_amount(json_object_get(root, "amount"), payment, &asked->amount) &&
                read_service(json_object_get(root, "provider_service"), &asked->service) &&
                (service == NULL || read_service(json_object_get(root, "service"), service));
    json_decref(root);
    return good;
}

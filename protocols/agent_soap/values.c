/* values.c - one check a field. */
#include "protocols/agent_soap/values.h"

#include "protocols/agent_soap/field.h"

static bool read_amount(struct slice text, uint64_t *amount) {
    return field_amount(text, amount) && *amount > 0;
}

static bool read_reference(struct slice text, struct soap_values *values) {
    values->reference = text;
    return field_text(text, FIELD_RRN_MAX);
}

/* A merchant's is the invoice that its buyer paid, as the shop sent it. */
static bool read_guid(struct slice text, struct soap_call *call, struct soap_values *values) {
    if (call->merchant ? !read_reference(text, values) || text.size > CALL_GUID_MAX
                       : !field_guid(text, values->guid))
        return false;
    memcpy(call->guid, text.base, text.size);
    call->guid_size = (uint32_t)text.size;
    return call->merchant ||
           read_reference((struct slice){values->guid, FIELD_GUID_TEXT - 1}, values);
}

/* The refusal of a field that is wrong; SOAP_REFUSALS: it is fine. */
static enum soap_refusal read_field(enum soap_field field, struct slice text,
                                    struct soap_call *call, struct soap_values *values) {
    switch (field) {
    case SOAP_USER_NAME:
    case SOAP_TO_USER_NAME:
    case SOAP_FROM_USER_NAME:
        return field_login(text, &values->client) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_USER_NAME;
    case SOAP_AMOUNT:
        return read_amount(text, &values->amount) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_AMOUNT;
    case SOAP_FULL_AMOUNT:
        return read_amount(text, &values->full_amount) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_AMOUNT;
    case SOAP_GUID:
        return read_guid(text, call, values) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_GUID;
    case SOAP_RRN:
        return read_reference(text, values) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_RRN;
    case SOAP_VALUE_DATE:
    case SOAP_PAYMENT_DATE:
        return field_date_time(text, &values->day) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_DATE;
    case SOAP_TRANSACTION_ID:
        return field_number(text, &values->transaction) && values->transaction > 0
                   ? SOAP_REFUSALS
                   : SOAP_REFUSED_BAD_TRANSACTION_ID;
    case SOAP_TOKEN:
        values->token = text;
        return field_token(text) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_TOKEN;
    case SOAP_TERMINAL_ID:
        values->terminal = text;
        return field_terminal(text) ? SOAP_REFUSALS : SOAP_REFUSED_BAD_TERMINAL_ID;
    case SOAP_SERVICE_CODE:
        return field_number(text, &values->service) && values->service > 0
                   ? SOAP_REFUSALS
                   : SOAP_REFUSED_BAD_SERVICE_CODE;
    case SOAP_UTILITY_ACCOUNT:
        values->account = text;
        return field_text(text, FIELD_UTILITY_MAX) ? SOAP_REFUSALS
                                                   : SOAP_REFUSED_BAD_UTILITY_ACCOUNT;
    case SOAP_END:
    case SOAP_FIELDS:
    case SOAP_OPTIONAL:
    default:
        return SOAP_REFUSALS;
    }
}

bool values_read(struct soap_work *work, struct soap_values *values) {
    const uint8_t *fields = soap_operations[work->call->operation].fields;
    uint32_t day;
    *values = (struct soap_values){.client = 0};
    if (!field_date_time(work->request.timestamp, &day))
        return call_refuse(work->call, SOAP_REFUSED_BAD_TIMESTAMP);
    for (; *fields != SOAP_END; fields++) {
        enum soap_field field = (enum soap_field)(*fields & ~(unsigned)SOAP_OPTIONAL);
        struct slice text = work->request.fields[field];
        if (text.base == NULL) /* it may be left out */
            continue;
        enum soap_refusal refusal = read_field(field, text, work->call, values);
        if (refusal != SOAP_REFUSALS)
            return call_refuse(work->call, refusal);
    }
    return true;
}

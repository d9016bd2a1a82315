/* utility.c - see utility.h. */
#include "protocols/agent_soap/utility.h"

#include "protocols/agent_soap/envelope.h"
#include "protocols/agent_soap/translit.h"
#include "protocols/common/account.h"
#include "protocols/common/date.h"
#include "protocols/common/money.h"

enum form { FORM_TEXT, FORM_AMOUNT, FORM_DATE };

static const struct {
    const char *field, *element;
    enum form form;
} elements[] = {
    {"owner", "flatOwnerFullName", FORM_TEXT},   {"address", "flatAddress", FORM_TEXT},
    {"debt", "atMonthStartAmount", FORM_AMOUNT}, {"date", "debtOverpaymentDate", FORM_DATE},
    {"charged", "monthlyAmount", FORM_AMOUNT},   {"paid", "currentMonthPaymentAmount", FORM_AMOUNT},
    {"due", "currentAmount", FORM_AMOUNT},
};

/* A decimal of at most two places, maybe negative: a debt or an overpayment. */
static bool is_amount(struct slice text) {
    uint64_t tiyn;
    return money_parse(text.size > 0 && text.base[0] == '-' ? slice_after(text, 1) : text, &tiyn);
}

static void put_element(const struct soap_call *call, const char *element, enum form form,
                        const char *value, struct buffer *out) {
    struct slice text = slice_text(value);
    struct buffer ascii;
    uint32_t day;
    if ((form == FORM_AMOUNT && !is_amount(text)) || (form == FORM_DATE && !date_parse(text, &day)))
        return;
    if (form != FORM_TEXT || !call->ascii) {
        envelope_text(out, element, text);
        return;
    }
    buffer_init(&ascii, 4 * OUTBOUND_FIELD_MAX);
    translit(&ascii, text);
    envelope_text(out, element, (struct slice){ascii.base, ascii.used});
    out->failed = out->failed || ascii.failed;
    buffer_free(&ascii);
}

void utility_put(const struct soap_call *call, const struct outbound_answer *provider,
                 const struct ledger_account *account, struct buffer *out) {
    char text[MONEY_TEXT];
    buffer_text(out, "<vostokPlatAccountNumberInfo>");
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        for (uint32_t k = 0; k < provider->field_count; k++)
            if (strcmp(provider->fields[k].name, elements[i].field) == 0) {
                put_element(call, elements[i].element, elements[i].form, provider->fields[k].value,
                            out);
                break; /* each once */
            }
    buffer_format(out,
                  "</vostokPlatAccountNumberInfo><availableAgentBalance>%s</availableAgentBalance>",
                  money_text_signed(account_available(account), text));
}

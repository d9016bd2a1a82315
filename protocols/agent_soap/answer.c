/* answer.c - the answers to what succeeded: header, and what the operation tells. */
#include "protocols/agent_soap/answer.h"

#include "protocols/agent_soap/envelope.h"
#include "protocols/agent_soap/payment.h"
#include "protocols/agent_soap/translit.h"
#include "protocols/agent_soap/utility.h"
#include "protocols/common/account.h"
#include "protocols/common/assert.h"
#include "protocols/common/date.h"
#include "protocols/common/money.h"

static void put_header(const struct soap_call *call, enum soap_message says, struct buffer *out) {
    char time[TIME_TEXT]; /* "2025-01-31T23:59:59.000000000Z": three decimals are enough */
    buffer_text(out, "<header>");
    envelope_text(out, "userMessage", slice_text(soap_says(says, call_language(call))));
    buffer_format(out,
                  "<developerMessage>OK</developerMessage><status>0</status>"
                  "<timestamp>%.23sZ</timestamp></header>",
                  time_text(call->received_ns, time));
}

/* A name; left out when there is none. */
static void put_name(const struct soap_call *call, const char *element, const char *name,
                     struct buffer *out) {
    struct buffer ascii;
    if (name[0] == '\0')
        return;
    if (!call->ascii) {
        envelope_text(out, element, slice_text(name));
        return;
    }
    buffer_init(&ascii, 4 * REGISTRY_NAME_MAX);
    translit(&ascii, slice_text(name));
    envelope_text(out, element, (struct slice){ascii.base, ascii.used});
    out->failed = out->failed || ascii.failed;
    buffer_free(&ascii);
}

static void put_user(const struct soap_call *call, struct buffer *out) {
    const struct registry_client *client = &call->client;
    if (!call->known)
        return;
    buffer_format(out, "<basicUserInfo><identified>%s</identified>",
                  client->identified ? "true" : "false");
    if (client->iin[0] != '\0')
        envelope_text(out, "IIN", slice_text(client->iin));
    put_name(call, "firstName", client->first_name, out);
    put_name(call, "lastName", client->last_name, out);
    put_name(call, "patronymic", client->patronymic, out);
    buffer_text(out, "</basicUserInfo>");
}

static void put_balance(const struct ledger_account *account, struct buffer *out) {
    char text[MONEY_TEXT];
    buffer_format(out, "<agentBalanceResponse>%s</agentBalanceResponse>",
                  money_text_signed(account_available(account), text));
}

static const char *state_text(unsigned state) {
    ASSERT(state >= LEDGER_WAITING && state <= LEDGER_DECLINED);
    return state == LEDGER_COMPLETED  ? "COMPLETED"
           : state == LEDGER_DECLINED ? "DECLINED"
                                      : "PENDING";
}

/* The first leg is what was asked for; the fee, if there is one, is the last: behind the merchant's
 * leg, where goods are paid. */
static void put_transaction(const struct soap_call *call, const struct ledger_payment *payment,
                            struct buffer *out) {
    char amount[MONEY_TEXT], commission[MONEY_TEXT], commission_to[MONEY_TEXT];
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    const struct ledger_leg *fee = &legs[payment->leg_count - 1];
    uint64_t paid =
        payment->leg_count > (payment->operation == OPERATION_PAY_GOODS ? 2 : 1) ? fee->amount : 0;
    bool by_payer = fee->debit == legs[0].debit;
    buffer_text(out, "<transactionInfo>");
    envelope_text(out, "GUID", (struct slice){call->guid, call->guid_size});
    buffer_format(out,
                  "<amount>%s</amount><transactionId>%llu</transactionId>"
                  "<transactionStatus>%s</transactionStatus><commission>%s</commission>"
                  "<commissionTo>%s</commissionTo></transactionInfo>",
                  money_text(legs[0].amount, amount), (unsigned long long)payment->id,
                  state_text(payment->state), money_text(by_payer ? paid : 0, commission),
                  money_text(by_payer ? 0 : paid, commission_to));
}

static void put_terminal(unsigned state, struct buffer *out) {
    buffer_format(out, "<terminalPaymentTransactionStatus>%s</terminalPaymentTransactionStatus>",
                  state_text(state));
    if (state == LEDGER_WAITING)
        buffer_text(out, "<reason>FUNDS</reason>");
}

/* What the person is told. */
static enum soap_message message_of(const struct soap_call *call,
                                    const struct ledger_result *results) {
    enum soap_answer answer = (enum soap_answer)soap_operations[call->operation].answer;
    if (answer == SOAP_ANSWER_USER && !call->known)
        return SOAP_SAYS_CLIENT_ABSENT;
    if (payment_is_check(call->operation))
        return SOAP_SAYS_POSSIBLE;
    if (answer != SOAP_ANSWER_TERMINAL && answer != SOAP_ANSWER_TRANSACTION)
        return SOAP_SAYS_DONE;
    switch (results->state) {
    case LEDGER_WAITING:
        return SOAP_SAYS_WAITING;
    case LEDGER_HELD:
        return answer == SOAP_ANSWER_TRANSACTION       ? SOAP_SAYS_HELD
               : payment_is_delivered(call->operation) ? SOAP_SAYS_AT_PROVIDER
                                                       : SOAP_SAYS_PENDING;
    case LEDGER_COMPLETED:
        return SOAP_SAYS_COMPLETED;
    default:
        return SOAP_SAYS_DECLINED;
    }
}

static void put_return(const struct soap_call *call, const struct outbound_answer *provider,
                       const struct ledger_result *results, uint32_t count, struct buffer *out) {
    enum soap_answer answer = (enum soap_answer)soap_operations[call->operation].answer;
    if (answer == SOAP_ANSWER_ECHO) {
        xml_escape(out, (struct slice){call->echo, call->echo_size});
        return;
    }
    put_header(call, message_of(call, results), out);
    if (answer == SOAP_ANSWER_USER)
        put_user(call, out);
    else if (answer == SOAP_ANSWER_BALANCE)
        put_balance(results->body, out);
    else if (answer == SOAP_ANSWER_TRANSACTION)
        put_transaction(call, results[1].body, out);
    else if (answer == SOAP_ANSWER_TERMINAL)
        put_terminal(results->state, out);
    else if (answer == SOAP_ANSWER_UTILITY)
        utility_put(call, provider, results[count - 1].body, out);
}

void answer_reply(const struct soap_context *context, const struct soap_call *call,
                  const struct outbound_answer *provider, const struct ledger_result *results,
                  uint32_t count, struct adapter_reply *reply) {
    struct buffer document;
    const char *name = soap_operations[call->operation].name;
    envelope_start(call, &document);
    buffer_format(&document, "<ns2:%sResponse xmlns:ns2=\"%s\"><return>", name,
                  soap_services[call->service].name_space);
    put_return(call, provider, results, count, &document);
    buffer_format(&document, "</return></ns2:%sResponse>", name);
    envelope_end(&document);
    if (!envelope_send(context, call, &document, 200, reply)) {
        struct soap_call failed = *call;
        (void)call_refuse(&failed, SOAP_REFUSED_INTERNAL);
        answer_fault_unsigned(&failed, reply);
    }
    buffer_free(&document);
}

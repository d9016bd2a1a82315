/* checkout_read.c - what a browser's form says: the shop's request, read and verified each time,
 * and who the buyer is. */
#include <sodium.h>

#include "protocols/common/operation.h"
#include "protocols/webshop/checkout.h"

_Static_assert(sizeof(((struct checkout_state *)NULL)->digest) >= crypto_generichash_BYTES_MIN, "");

struct slice checkout_field(const struct checkout_work *work, const char *name, char *bytes,
                            size_t max) {
    size_t size = 0;
    enum form_status status = form_find(work->http->body, slice_text(name), bytes, max, &size);
    return (struct slice){bytes, status == FORM_FOUND ? size : 0};
}

/* Reads the request; of what was read all is freed by checkout_request_free. */
static enum webshop_fault read(struct checkout_work *work, const char **field) {
    enum webshop_fault fault = form_request(work->http->body, &work->base64, &work->xml);
    *field = "";
    return fault != WEBSHOP_SOUND
               ? fault
               : webshop_request_read((struct slice){work->xml.base, work->xml.used},
                                      &work->request, field);
}

/* What the payment costs on top, and whom. False: it cannot be known now. */
static bool charge(struct checkout_work *work) {
    struct checkout_call *call = work->call;
    const struct webshop_request *request = &work->request;
    const struct registry_parties parties = {
        .merchant = request->merchant,
        .accounts = {[PAYER_CLIENT] = CHECKOUT_BUYER_PAYS, [PAYER_MERCHANT] = request->wallet}};
    enum registry_found found = registry_charge_find(work->context->env, OPERATION_CHECKOUT,
                                                     &parties, request->total, &call->charge);
    bool buyer = call->charge.payer == CHECKOUT_BUYER_PAYS;
    call->no_fee = found == REGISTRY_BROKEN || (!buyer && call->charge.fee >= request->total);
    call->state.fee = buyer && !call->no_fee ? call->charge.fee : 0;
    return found != REGISTRY_BUSY;
}

bool checkout_request(struct checkout_work *work) {
    struct checkout_call *call = work->call;
    const char *field;
    enum webshop_fault fault = read(work, &field);
    if (fault == WEBSHOP_SOUND) {
        fault = webshop_request_trust(work->context->env, &work->request, &work->merchant);
        field = fault == WEBSHOP_URL_REFUSED ? "ResponseURL" : "";
    }
    if (fault == WEBSHOP_SOUND && !charge(work))
        fault = WEBSHOP_BUSY;
    if (fault != WEBSHOP_SOUND) {
        (void)checkout_fault(work, fault, field);
        return false;
    }
    (void)crypto_generichash(call->state.digest, sizeof call->state.digest,
                             (const unsigned char *)work->xml.base, work->xml.used, NULL, 0);
    memcpy(&call->place, call->state.digest, sizeof call->place);
    memcpy(call->merchant_name, work->merchant.name, sizeof call->merchant_name);
    checkout_watched_make(work);
    return true;
}

bool checkout_request_again(struct checkout_work *work) {
    const char *field;
    enum webshop_fault fault = read(work, &field);
    if (fault != WEBSHOP_SOUND)
        (void)checkout_fault(work, fault, field);
    return fault == WEBSHOP_SOUND;
}

void checkout_request_free(struct checkout_work *work) {
    webshop_request_free(&work->request);
    buffer_free(&work->base64);
    buffer_free(&work->xml);
}

enum registry_found checkout_buyer(struct checkout_work *work, uint64_t login) {
    const struct webshop_request *request = &work->request;
    struct registry_client client = {.login = login};
    enum registry_found found = registry_find(work->context->env, REGISTRY_CLIENT, &client);
    if (found == REGISTRY_BUSY)
        return found;
    bool merchant = login == request->merchant || client.account == request->wallet;
    if (found != REGISTRY_FOUND || client.blocked || merchant)
        return REGISTRY_ABSENT;
    work->call->buyer = login;
    work->call->account = client.account;
    return REGISTRY_FOUND;
}

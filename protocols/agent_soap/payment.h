/* payment.h - payments and the questions about them: legs, fees, the ledger's command. Worker
 * threads. */
#ifndef PROTOCOLS_AGENT_SOAP_PAYMENT_H
#define PROTOCOLS_AGENT_SOAP_PAYMENT_H

#include "protocols/agent_soap/values.h"

/* How an operation moves money. */
struct payment_kind {
    uint16_t operation; /* the ledger's; 0: none                                  */
    bool out;           /* the client pays the agent                              */
    bool goods;         /* the client pays a terminal's merchant                  */
    bool service;       /* the client pays a service's merchant                   */
    bool full;          /* what the payer put in is said, and the rest is the fee */
    bool two_phase;     /* the agent completes or declines it                     */
    bool check;         /* only a question                                        */
};

/* A payment that is to be made. */
struct payment_plan {
    const struct payment_kind *kind;
    uint64_t amount;           /* that the last one gets                    */
    uint64_t paid;             /* of the first leg: amount, or all that the payer put in */
    uint64_t client;           /* account                                   */
    uint64_t merchant, wallet; /* login, account; 0: none          */
    uint32_t provider;         /* number; 0: none                  */
    uint64_t provider_code;    /* its number of the service        */
    struct ledger_leg_request legs[3];
    uint32_t leg_count;
    uint64_t fee;
    bool by_payer;   /* the fee is paid by who pays the first leg    */
    bool any_amount; /* a check without an amount: 1 tiyn is asked for */
};

/* Finds the merchant and the wallet that get the money. False: call->refusal. */
bool payment_merchant(struct soap_work *work, uint64_t login, uint64_t wallet,
                      struct payment_plan *plan);
/* service.c: finds the service that is paid for, and checks account, amount and hours. False:
 * call->refusal. */
bool payment_service(struct soap_work *work, const struct soap_values *values,
                     struct payment_plan *plan);
/* The code of the service: the request's, or the config's for vostokPlat; 0: there is none. */
uint64_t payment_service_code(const struct soap_work *work, const struct soap_values *values);
/* service.c: a client for a number that nobody has, not identified, with a wallet. Puts two
 * commands. False: call->refusal. */
bool payment_make_client(struct soap_work *work, uint64_t login);
/* The registry cannot be read now. Always false. */
bool payment_busy(struct soap_work *work);

/* Finds the client. False: call->refusal, when the registry cannot be read now. An unknown client
 * is found as !call->known. */
bool payment_client(struct soap_work *work, uint64_t login);

/* Puts the command of an operation that makes a payment, or asks whether one could be made. False:
 * call->refusal. */
bool payment_put(struct soap_work *work, const struct soap_values *values);

/* What an operation does: makes or checks payments; only checks; takes money from the client; gives
 * it to a merchant. */
bool payment_is(unsigned operation);
bool payment_is_check(unsigned operation);
bool payment_is_out(unsigned operation);
bool payment_is_goods(unsigned operation);
/* A provider is told of it, and ends it. */
bool payment_is_delivered(unsigned operation);
/* Asks the provider first. */
bool payment_asks(unsigned operation);

/* What the ledger's status to the operation's first command means. SOAP_REFUSALS: no refusal. */
enum soap_refusal payment_refusal(const struct soap_call *call, enum ledger_status status);

#endif

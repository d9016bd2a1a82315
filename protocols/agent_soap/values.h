/* values.h - a verified request's fields as values. Worker threads. */
#ifndef PROTOCOLS_AGENT_SOAP_VALUES_H
#define PROTOCOLS_AGENT_SOAP_VALUES_H

#include "protocols/agent_soap/call.h"
#include "protocols/agent_soap/field.h"

struct soap_values {
    uint64_t client;      /* login, of userName, toUserName or fromUserName                       */
    uint64_t amount;      /* tiyn; 0: none was given. May be above the largest one allowed        */
    uint64_t full_amount; /* tiyn, what the payer put in; 0: none was given                  */
    uint64_t service;     /* public code; 0: none was given                                  */
    struct slice account; /* utilityAccountNumber, the request's                             */
    char guid[FIELD_GUID_TEXT];
    struct slice reference;       /* the GUID in `guid`, or the rrn; the request's or ours */
    struct slice terminal, token; /* the request's                                         */
    uint64_t transaction;         /* transactionId                                         */
    uint32_t day;                 /* yyyymmdd; 0: none was given                           */
};

/* Reads the fields of the request's operation, and notes the GUID as received. *values must not
 * move: it points into itself. False: call->refusal tells which field is wrong. */
bool values_read(struct soap_work *work, struct soap_values *values);

#endif

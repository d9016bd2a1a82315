/* soap_golden.h - exchanges of the agents' SOAP API, one a file, as golden.h has them of other
 * adapters. Input stands in lines with "> ", what must come out in lines with "< ".
 *
 *   > call cash-in-transaction-management/v1.1 createCashInPayment lang=en | amount=100 ...
 *                                    the service's path, the operation, words of its header, a
 *                                    bar, its fields; a value of "-" leaves one out
 *   > xml <path> <...>               or a body of its own
 *   > key agent2048 2 sha256 exclusive     how it is signed: key, certificate number, algorithms;
 *                                    "-": none. Without it as the field's client does
 *   > set agent/72222222221 blocked yes    changes the registry
 *   > tariff cash_in payer=agent percent=50    sets a tariff (payer, percent, fixed, agent, ...)
 *   > no-node-key | registry-busy
 *   > altered                        a blank goes into the request after it was signed
 *   > peer 10.0.0.1
 *   < POST ...                       the signed request
 *   < submit                         the verdict, and the commands
 *   > result DONE payment=55 state=HELD
 *   > payment 55 HELD 3 1>2:100,1>3:5      a looked-up payment: id, state, operation, legs
 *   > account credits=100 debits=5 debits_pending=1 floor=0
 *   > unknown                        the node gave up waiting
 *   < 200 text/xml; charset=utf-8
 *   < <soap:Envelope ...             */
#ifndef TESTS_UNIT_PROTOCOLS_SOAP_GOLDEN_H
#define TESTS_UNIT_PROTOCOLS_SOAP_GOLDEN_H

#include "protocols/common/buffer.h"

/* Runs every file of tests/golden/agent_soap; fails the test for each that differs, for a refusal
 * that no file has and for an operation without an answer. With GOLDEN_UPDATE in the environment,
 * rewrites the files. */
void soap_golden_run(void);

/* Notes what a transcript has (it gets a NUL); then fails for what none had. */
void soap_golden_note(struct buffer *out);
void soap_golden_check_seen(void);

#endif

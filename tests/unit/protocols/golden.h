/* golden.h - one exchange per file, as text: what is put in stands in lines with "> ", what must
 * come out in lines with "< ". A file runs through its adapter, and is compared as a whole.
 *
 *   > grant rights=OPEN+LOOKUP requester=7 accounts=1000-3999    who asks; without it: nobody
 *   > POST /v1/payments                                          HTTP: method and path
 *   > Content-Type: application/json                             HTTP: a header
 *   > {"reference":"r-1"}                                        HTTP: the body, in one line
 *   > call open [[["r-1",3,[[1001,2001,100]],"post"]]]           RPC: params as JSON, binary as
 *   > hex open 91 90                                             {"$bin":"00ff"}; or as bytes
 *   < submit                                                     the verdict, and the commands
 *   < open requester=7 reference=r-1 ...
 *   > result DONE payment=55 state=COMPLETED sequence=9          a hand-made result, or
 *   > record completed                                           one with a body of records.h, or
 *   > unknown                                                    no result, or
 *   > snapshot | no-snapshot                                     what query is given
 *   < 201 application/json                                       the reply: status, headers, body
 *   < {"id":55}                                                  RPC: the frame as JSON */
#ifndef TESTS_UNIT_PROTOCOLS_GOLDEN_H
#define TESTS_UNIT_PROTOCOLS_GOLDEN_H

#include "protocols/adapter.h"

/* Runs every file of the folder below tests/golden; fails the test for each that differs, or when
 * there is none. With GOLDEN_UPDATE in the environment, rewrites them instead. */
void golden_run(const struct adapter *adapter, const char *folder);

/* A command as a line of text. */
void golden_command(struct buffer *out, const void *command);

/* A MessagePack value as JSON text, and the other way round. */
void golden_to_json(struct buffer *out, const void *bytes, size_t size);
void golden_from_json(struct buffer *out, const char *text);

/* The bytes of "91 90". */
void golden_from_hex(struct buffer *out, const char *text);

#endif

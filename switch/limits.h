/* limits.h - every bound of the switch, with its reason. Sizes in bytes; all "a loop" ones are of
 * one event loop thread. */
#ifndef SWITCH_LIMITS_H
#define SWITCH_LIMITS_H

#include "ledger/ledger.h"

/* Between a loop and the ledger thread. */
#define RING_COMMAND_BYTES                                                                         \
    ((uint64_t)32 << 20)                       /* eight of the largest calls, or 200,000 payments */
#define RING_RESULT_BYTES ((uint64_t)16 << 20) /* half for results, half for lookups' bodies */
#define RING_RESULT_FIXED                                                                          \
    ((uint64_t)8 << 20)          /* results of what a loop has in flight, no bodies                \
                                  */
#define LOOP_COMMANDS_MAX 65536u /* in flight a loop: eight of the ledger's largest batches */
#define LOOP_CALLS_MAX 69632u    /* requests in flight a loop: each has a command, or is a query */
#define CALL_BYTES_MAX ((4u << 20) - (64u << 10)) /* commands of one call: one journal record */
#define CALL_BYTES_SPARE 16u /* command bytes a request byte may become: 200 of a payment in 13 */

/* A batch of the ledger thread. */
#define BATCH_BYTES_MAX CALL_BYTES_MAX   /* a journal record holds 4 MiB */
#define BATCH_BODIES_MAX 1024u           /* single commands that may be lookups with a 4 KiB body */
#define LEDGER_IDLE_NS 100000000ull      /* the ledger wants a tick this often */
#define LEDGER_ROOM_WAIT_NS 100000000ull /* patience for table room, then the ledger says BUSY */
#define LEDGER_ROOM_LOOK_NS 1000000ull   /* between two looks */
#define LEDGER_EXPIRE_NS 1000000000ull   /* between two searches for payments past their deadline */
#define LEDGER_EXPIRE_COUNT 8190u        /* declined by one of them; more: at once again */

/* Connections. */
#define CONN_CALLS_MAX 4096u /* requests in flight of an RPC connection; then it is not read */
#define CONN_COMMANDS_MAX                                                                          \
    32760u /* commands in flight: half of the loop, so that one cannot take all */
#define CONN_PIPELINE_MAX 64u /* HTTP requests in flight of a connection; then it is not read */
#define CONN_OUT_PAUSE ((size_t)1 << 20) /* unsent answers above which it is not read */
#define CONN_OUT_MAX                                                                               \
    ((size_t)16 << 20)               /* unsent answers above which it is closed: 4096 of 4 KiB     \
                                      */
#define CONN_LINGER_NS 1000000000ull /* for the peer to read our last answer before we close */
#define CONN_BACKLOG 1024            /* connections the system accepts ahead of us */
#define LOOP_READ_BYTES ((size_t)256 << 10) /* one read: half a batch of 8190 payments */
#define LOOP_PARTIAL_BYTES                                                                         \
    ((size_t)64 << 20)    /* unfinished requests of a loop: 16 of the largest                      \
                           */
#define LOOP_SWEEP_MS 50u /* between two looks at the time-outs; they are late by this much */

/* Requests. */
#define RPC_FRAME_MAX ((size_t)4 << 20)       /* 8190 payments of 500 bytes */
#define RPC_FRAME_STRANGER_MAX ((size_t)1024) /* before login: a name and a MAC */
#define RPC_METHOD_MAX 64u                    /* bytes of a method's name */
#define RPC_STRIKES_MAX 3u                 /* failed logins, or calls before login; then closed */
#define HTTP_HEADER_MAX ((size_t)16 << 10) /* request line and headers */
#define HTTP_HEADERS_MAX 64u               /* header lines */
#define HTTP_BODY_MAX ((size_t)1 << 20)    /* no integration sends more */
#define HTTP_REPLY_MAX ((size_t)4 << 20)   /* a statement's page */

/* Work on other threads. */
#define WORKER_JOBS_MAX                                                                            \
    256u /* queued or running a loop: 64 snapshots at once is the ledger's bound */
#define WORKER_PARAMS_MAX                                                                          \
    ((size_t)64 << 10) /* params of an operator's call: a registry value is 4 KiB */

/* Memory that is kept for reuse. */
#define POOL_KEEP_BYTES ((size_t)1 << 20)   /* a buffer larger than this is given back */
#define POOL_TOTAL_BYTES ((size_t)16 << 20) /* kept a loop */

#define NODE_DRAIN_MS 5000u /* for what is in flight when the node stops */

_Static_assert(RING_RESULT_FIXED * 2 <= RING_RESULT_BYTES, "bodies have room besides results");
_Static_assert((uint64_t)CALL_BYTES_MAX * 4 <= RING_COMMAND_BYTES, "a large call finds room");
_Static_assert((uint32_t)LEDGER_BATCH_MAX <= CONN_COMMANDS_MAX, "a connection may send a batch");

#endif

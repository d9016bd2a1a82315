/* limits.h - every bound of the switch, with its reason. Sizes in bytes; "a loop" is one event loop
 * thread, and its bounds hold for each. */
#ifndef SWITCH_LIMITS_H
#define SWITCH_LIMITS_H

#include "ledger/ledger.h"

#define MIB(count) ((size_t)(count) << 20)
#define KIB(count) ((size_t)(count) << 10)

/* clang-format off */

/* Between a loop and the ledger thread. */
#define RING_COMMAND_BYTES MIB(32)  /* five of the largest calls, or 200,000 payments */
#define RING_RESULT_BYTES MIB(16)   /* half for results, half for the bodies of lookups */
#define RING_RESULT_FIXED MIB(8)    /* results of all that a loop has in flight, without bodies */
#define LOOP_COMMANDS_MAX 65536u    /* in flight a loop: eight of the ledger's largest batches */
#define LOOP_CALLS_MAX 69632u    /* requests in flight a loop: each has a command, or is a query */
#define LOOP_PUBLISH_COMMANDS 256u /* shown to an idle ledger thread before the other reads */
#define CALL_BYTES_MAX MIB(6)       /* commands of one call: what the largest frame can become */
#define CALL_BYTES_SPARE 16u     /* command bytes that a request's byte may become: 200 from 13 */

/* The ledger thread. */
#define BATCH_BYTES_MAX MIB(8)           /* commands of a batch: a call and more, 30 ms of disk */
#define LEDGER_IDLE_NS 100000000ull      /* the ledger wants a tick this often */
#define LEDGER_ROOM_WAIT_NS 100000000ull /* patience for table room; then the ledger says BUSY */
#define LEDGER_ROOM_LOOK_NS 1000000ull   /* between two looks */
#define LEDGER_WATCH_NS 1000000000ull    /* between two looks at deadlines and checkpoints */
#define LEDGER_FULL_NS 1000000000ull     /* without room: then it is an alarm, not a moment */
#define LEDGER_EXPIRE_COUNT 8190u        /* declined by one of them; if there are more: again */

/* Connections. */
#define CONN_CALLS_MAX 4096u        /* requests in flight of an RPC one; then it is not read */
#define CONN_COMMANDS_MAX 32760u /* its commands in flight: half of the loop, so not one for all */
#define CONN_PIPELINE_MAX 64u       /* requests in flight of an HTTP one; then it is not read */
#define CONN_OUT_PAUSE MIB(1)       /* unsent answers above which it is not read */
#define CONN_OUT_MAX MIB(16)        /* unsent answers above which it is closed: 4096 of 4 KiB */
#define CONN_LINGER_NS 1000000000ull /* for the peer to read our last answer before we close */
#define CONN_BACKLOG 1024           /* connections that the system takes ahead of us */
#define CONN_OUT_PAUSE_STRANGER KIB(64) /* the same, of a peer that showed no key */
#define CONN_READ_LEAST KIB(16)     /* that a peer takes within write_ms while answers wait */
#define CONN_READ_PERIODS 16u       /* of write_ms, within which it takes all that waits */
#define CONN_PLACES_LEAST 16u       /* below that many connections a node does not start */
#define CONN_PLACES_KEPT 64u        /* that HTTP leaves to RPC, and RPC to HTTP; at most 1/8 */
#define CONN_PLACES_OPERATOR 16u    /* of the Unix socket's, beyond connections_max */
#define LOOP_READ_BYTES KIB(256)    /* one read: half of a batch of 8190 payments */
#define LOOP_PARTIAL_BYTES MIB(64)  /* requests of a loop that are not whole: 16 of the largest */
#define LOOP_PARTIAL_STRANGER_BYTES MIB(16) /* the same, of peers that showed no key */
#define LOOP_UNSENT_BYTES MIB(96)   /* answers of a loop that are not sent; half: few are read */
#define LOOP_UNSENT_STRANGER_BYTES MIB(16) /* the same, of peers that showed no key */
#define LOOP_SWEEP_MS 50u           /* between two looks at the time-outs, which are late by that */

/* Requests. */
#define RPC_FRAME_MAX MIB(4)        /* 8190 payments of 500 bytes */
#define CONN_UNSENT_LITTLE KIB(4)  /* an answer to a login or a probe: nobody is closed for it */
#define CONN_VICTIM_LOOKS 64u      /* connections looked at for one that owes more: a microsecond */
#define RPC_FRAME_STRANGER_MAX KIB(1) /* before login: a name and a MAC */
#define RPC_STRIKES_MAX 3u          /* calls before login; then the connection is closed */
#define HTTP_HEADER_MAX KIB(16)     /* request line and headers */
#define HTTP_HEADERS_MAX 64u        /* header lines */
#define HTTP_BODY_MAX MIB(1)        /* no integration sends more */
#define HTTP_BODY_STRANGER_MAX KIB(4) /* that is waited for before the key was looked at */
#define HTTP_REPLY_MAX MIB(4)       /* a page of a statement */

/* Work on other threads. */
#define WORKER_THREADS_LEAST 4u     /* of the pool: a backup, a flush, and others go on */
#define WORKER_THREADS_MOST 32u     /* each may have a snapshot open */
#define CREW_THREADS_LEAST 4u       /* for what takes 30 ms, and others go on: a password */
#define CREW_THREADS_MOST 32u       /* for heavy requests, one a core: each reads the registry */
#define CREW_TOGETHER 4u /* works that a busy thread tells a loop of at once: half a millisecond */
#define WORKER_NICE 10 /* behind the loops: a tenth of one's share of a core that both want */
#define WORKER_JOBS_MAX 256u        /* queued or running a loop */
#define HEAVY_JOBS_MAX 512u /* requests a loop that workers take part in: half a second of a core;
                             * 11 MiB, and what they say: 64 KiB, a checkout's form 200 KiB at
                             * most. What they hear is written when it can be sent */
#define CLIENT_SLOTS 2048u  /* addresses a loop knows of: those with works, and known ones; 64 KiB */
#define CLIENT_KNOWN_NS 3600000000000ull /* from a proof on; an agent is back within the hour */
#define CLIENT_KNOWN_WORKS 256u     /* at once of one that is known: half of HEAVY_JOBS_MAX */
#define CLIENT_STRANGER_WORKS 64u   /* of one that is not: what one connection may ask */
#define CLIENT_STRANGERS_WORKS 192u /* of all of those: others wait 0.1 s behind them */
#define HEAVY_ASKING_MAX 192u /* of them that wait for a provider: a silent one leaves the others */
#define HEAVY_REQUEST_MAX (HTTP_HEADER_MAX + HTTP_BODY_MAX + KIB(1)) /* its copy, with the peer */
#define HEAVY_BODIES_MAX KIB(32)    /* what the ledger says of one: four of the largest bodies */
#define WORKER_PARAMS_MAX KIB(64)   /* params of an operator's call: a registry value has 4 KiB */

#define OPERATOR_LIST_MAX 1000u     /* rows of one list of an operator's */
#define OPERATOR_LIST_BYTES MIB(2)  /* of registry records: half of an answer, and one of 4 KiB */
#define OPERATOR_DELIVERY_LOOKS 50000u /* open payments that one list of deliveries looks at: 0.1 s */
#define OPERATOR_SERVICE_LOOKS 100000u /* payments that one call for a service's day looks at: 0.1 s */
#define OPERATOR_ACTS_MAX 200u      /* acts of one list: each has up to 8 KiB of values */
#define OPERATOR_LIST_DEFAULT 100u  /* when the call names no limit */

/* Requests of ours to others. */
#define HTTP_CLIENT_KEEP_BYTES KIB(16) /* an answer's memory that is kept for the next one */
#define HTTP_CLIENT_GROUP 32u       /* requests for which libcurl looks through one list */
#define HTTP_CLIENT_HEADERS_MAX 4u /* of one request: a webhook has three */
#define HTTP_CLIENT_READ_BYTES KIB(1) /* libcurl's least: it takes and gives back memory for it with
                                       * each request, which so little makes cheap; most fit */
#define HTTP_CLIENT_TYPE_MAX 128u   /* bytes of the header Content-Type, with its NUL */

#define OUTBOX_URL_MAX KIB(16)      /* a base URL and 24 parameters of 200 bytes, percent-encoded */
#define OUTBOX_CALL_BYTES 512u      /* three of the small commands of a delivery */
#define OUTBOX_DELAY_NS 10000000ull /* before a call that found no room is made again */
#define OUTBOX_DRAIN_MS 2000u       /* for requests in flight when the node stops; nothing is lost */
#define OUTBOX_TURN_MAX 4096u       /* deliveries taken in, or woken, before the loop looks round */
#define OUTBOX_WINDOW 64u           /* requests at once of a provider that has not answered of late:
                                     * each may take a thread of libcurl's to look its name up */
#define OUTBOX_AHEAD 256u           /* deliveries opened for a provider before it can be asked: twice what
                                     * the ledger opens while 40,000 a second are answered */
#define OUTBOX_WINDOW_NS 30000000000ull /* of late: half of what libcurl remembers a name for */
#define OUTBOX_LOOKUP_BYTES 128u    /* one small command */
#define OUTBOX_SWEEP_NS 1000000000ull /* after a search for ended deliveries that was in vain */
#define OUTBOX_SHOPS_NAME "shops"     /* all of them together, where providers have names */
#define OUTBOX_SHOP_FLIGHTS_MAX 256u  /* callbacks at once: many shops may be silent for 90 s */
#define OUTBOX_SHOP_FLIGHTS_EACH 16u  /* to one merchant: its silence takes a sixteenth, */
#define OUTBOX_SHOP_FLIGHTS_SHARE 8u  /* and not more than an eighth of those that are free: the
                                       * silence of 16 leaves a sixth to others */
#define OUTBOX_SHOP_LOOK_NS 1000000000ull /* until one is looked at again that timed out early */
#define OUTBOX_SHOP_LINE_NS 60000000000ull /* or one in a merchant's line that was not called
                                            * meanwhile: it always should have been */
#define OUTBOX_SHOP_CONNECT_MS 10000u     /* shops are anywhere: three times a provider's */
#define OUTBOX_CALLBACK_PAUSE_NS 60000000000ull /* the contract: 1 min, 2, 4, ... 1 h */
#define OUTBOX_CALLBACK_PAUSE_MAX_NS 3600000000000ull
#define OUTBOX_VERSION_TRIES 5u     /* the contract: then the operator is told */
#define OUTBOX_LOOK_MS 1000u        /* between two looks at a wall clock that may be set */
#define OUTBOX_CHECKS_MAX 4096u     /* asked and not answered: 5 KiB each */
#define PROVIDER_CONCURRENCY 32u    /* requests at once of one, unless its section says more */
#define PROVIDER_CONNECT_MS 3000u   /* a host that is there answers sooner */
#define PROVIDER_TOTAL_MS 60000u    /* what the field's protocols give a provider */
#define PROVIDER_TIMEOUT_MAX_MS 600000u

/* Memory that is kept for use again. */
#define POOL_KEEP_BYTES MIB(1)      /* a buffer that is larger is given back */
#define POOL_TOTAL_BYTES MIB(16)    /* kept a loop */
#define POOL_TRIM_BYTES KIB(4)      /* a buffer that is larger may be trimmed */

/* Files: each connection is one. */
#define FILES_BESIDE 64u            /* journal, LMDB, a backup, standard streams */
#define FILES_LOOP 16u              /* of each loop: listeners, epoll, wake-ups, one accepted */

#define FILES_REQUEST 2u            /* of each request to a provider: its connection, and one kept */
#define FILES_GROUP 2u              /* of each HTTP_CLIENT_GROUP of them: libcurl's wake-up */

#define NODE_DRAIN_MS 5000u         /* for what is in flight when the node stops */
#define LOG_STRANGERS_MAX 10u       /* lines a second and loop that strangers can cause */

/* clang-format on */

_Static_assert(WORKER_THREADS_MOST + CREW_THREADS_MOST <= LEDGER_SNAPSHOTS_MAX, "all may read");
_Static_assert(RING_RESULT_FIXED * 2 <= RING_RESULT_BYTES, "bodies have room besides results");
_Static_assert(CALL_BYTES_MAX * 4 <= RING_COMMAND_BYTES, "a large call finds room");
_Static_assert(CALL_BYTES_MAX <= BATCH_BYTES_MAX, "each call fits a batch");
_Static_assert(HEAVY_BODIES_MAX >= 4 * (LEDGER_VALUE_MAX + 8), "all bodies of a work fit");
_Static_assert((uint32_t)LEDGER_BATCH_MAX <= CONN_COMMANDS_MAX, "a connection may send a batch");

#endif

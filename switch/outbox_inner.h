/* outbox_inner.h - the outbox from the inside. Inner header of outbox*.c; all is the outbox
 * thread's but for what is marked otherwise. */
#ifndef SWITCH_OUTBOX_INNER_H
#define SWITCH_OUTBOX_INNER_H

#include "protocols/common/delivery.h"
#include "switch/breaker.h"
#include "switch/http_client.h"
#include "switch/limits.h"
#include "switch/metrics.h"
#include "switch/outbox.h"
#include "switch/outbox_table.h"

/* What is counted of a provider: by the outbox's thread, read by any. */
struct outbox_counters {
    _Atomic uint64_t attempts[3];    /* by enum outbound_verdict                     */
    _Atomic uint64_t no_answer;      /* of the attempts, those without a code        */
    _Atomic uint64_t unknown_codes;  /* of the attempts                              */
    _Atomic uint64_t checks[3];      /* asked, by enum outbound_verdict              */
    _Atomic uint64_t checks_refused; /* not asked: the provider is left alone        */
    _Atomic uint64_t opened, open;   /* the breaker                                  */
    _Atomic uint64_t states[OUTBOX_STATES];
    struct metrics_histogram latency;
};

/* A check. The asking loop's, then the outbox's, then the loop's again. */
struct outbox_check {
    struct outbox_check *next;
    struct outbox_inbox *inbox;
    void (*done)(void *context, const struct outbound_answer *answer);
    void *context;
    uint64_t deadline_ns; /* monotonic */
    uint32_t provider;
    struct outbound_payment asked;
    char account[DELIVERY_ACCOUNT_MAX];
    struct outbound_answer answer;
};

struct outbox_shops; /* outbox_shop.c */
struct outbox_shop_flight;

/* The requests to shops that are under way, by merchant. */
struct outbox_share {
    uint64_t merchant; /* 0: nobody's */
    uint32_t flying;
};
struct outbox_shares {
    uint32_t flying; /* of all */
    struct outbox_share places[OUTBOX_SHOP_FLIGHTS_MAX];
};

enum flight_step { FLIGHT_FREE, FLIGHT_OPENING, FLIGHT_OPENED, FLIGHT_ASKING, FLIGHT_SAVING };
#define FLIGHT_STEPS 5

struct outbox_provider {
    const struct provider *config;
    bool shops; /* all of them, as one: no profile, no checks */
    struct checkpay_profile *profile;
    struct http_target target;
    const char *headers[PROVIDER_HEADERS_MAX + 1];
    struct breaker breaker;
    uint32_t queue;                                /* in the table                            */
    uint32_t steps[FLIGHT_STEPS];                  /* flights, by where they are              */
    uint32_t window;                               /* requests at once: it grows with answers */
    uint64_t heard_ns;                             /* monotonic, the last answer              */
    struct flight *free;                           /* flights not in use                      */
    struct flight *opened_first, *opened_last;     /* that wait for a place at the provider   */
    struct http_ask **asks;                        /* [concurrency], those not in use first   */
    uint32_t ask_count;                            /* of them, not in use                     */
    struct outbox_check *check_first, *check_last; /* that wait */
    struct outbox_counters counters;
};

/* One request under way, of a delivery or a check. */
struct flight {
    struct outbox *outbox;
    struct outbox_provider *provider;
    struct flight *next;             /* behind it among the free, the delayed, or the opened ones */
    struct http_ask *ask;            /* while it asks; else NULL */
    struct outbox_check *check;      /* NULL: a delivery */
    struct outbox_shop_flight *shop; /* NULL: not to a shop */
    struct buffer url, body;
    struct outbound_request request; /* in those two */
    struct outbound_payment payment;
    char account[DELIVERY_ACCOUNT_MAX];
    uint32_t index; /* in outbox->flights: the ticket of its calls to the ledger */
    enum flight_step step;
    enum breaker_leave leave;
    /* Of a delivery: */
    uint32_t entry;
    uint32_t attempts; /* made before                                         */
    uint64_t created_ns;
    bool first;    /* it was dispatched just now: nothing ever left before */
    bool recorded; /* the attempt is, and only the payment's end is not   */
    struct ledger_attempt_request attempt; /* what is to be recorded       */
    enum ledger_kind end;                  /* COMPLETE or DECLINE, the payment with it; 0: not */
    char provider_id[OUTBOUND_PROVIDER_ID_MAX];
};

/* A search for deliveries that have ended: see outbox_sweep.c. */
#define OUTBOX_SWEEP_MAX 256u /* in one call to the ledger */
#define OUTBOX_SWEEP_TICKET UINT64_MAX
struct outbox_sweep {
    uint64_t payments[OUTBOX_SWEEP_MAX];
    uint32_t count, at; /* of them; the next entry to look at */
    bool asked;         /* a call is under way                */
    uint64_t not_before_ns;
};

/* An operator's order; on the stack of who waits for it. */
struct outbox_order {
    struct outbox_order *next;
    uint64_t payment;
    uint32_t provider;
    int64_t count;
    const char *why;
    uv_sem_t done;
};

struct outbox {
    const struct config *config;
    struct bridge *bridge;
    struct bridge_lane *lane;
    pthread_t thread;
    bool running, opened; /* the thread; uv */
    uv_loop_t uv;
    uv_async_t wake; /* answers, deliveries, checks or orders are there, or it is to stop */
    uv_timer_t timer;
    uv_prepare_t turn; /* before the loop waits */
    struct http_client *client;
    struct http_client *shop_client; /* apart: whom it may connect to is not all the same */
    struct outbox_shops *shops;
    struct outbox_table table;
    struct outbox_provider *providers; /* [provider_count] */
    uint32_t provider_count;
    struct flight **flights; /* [flights_max]; made as they are needed */
    uint32_t flight_count, flights_max, flying;
    uint32_t asks_max;                           /* requests at once of all providers */
    struct flight *delayed_first, *delayed_last; /* whose calls found no room */
    uint64_t delayed_until_ns;                   /* monotonic */
    uint64_t check_id;                           /* the last one */
    bool more;                                   /* of the intake, after this turn */
    bool failed;                                 /* the ledger did */
    bool stopping;
    uint64_t stop_at_ns; /* monotonic */
    struct outbox_sweep sweep;
    struct log_rate warnings;
    struct outbound_answer answer; /* the one that is being read */

    struct ring intake; /* of struct ledger_due, from the ledger thread */
    _Atomic bool stop;
    pthread_mutex_t lock; /* of the mail: what other threads bring */
    struct outbox_check *mail_checks;
    struct outbox_order *mail_orders;
    _Atomic uint64_t lost;   /* deliveries of providers that are not in the config */
    _Atomic uint32_t checks; /* asked and not answered */
    bool mail_closed;
};

/* outbox_pump.c */

/* Starts what the provider can be asked now. */
void outbox_pump(struct outbox *outbox, struct outbox_provider *provider);
/* The flight goes on to another step than it had; not to FLIGHT_FREE. */
void outbox_step(struct flight *flight, enum flight_step step);
/* A place for a request, not waited for: a shop's. flight->ask is NULL when there is no memory. */
void outbox_take_ask(struct flight *flight);
/* The provider's answer has come, or none will: another may ask. */
void outbox_give_ask(struct flight *flight);
/* The flight has ended. */
void outbox_give_flight(struct flight *flight);
void outbox_flight_free(struct flight *flight);
/* How many flights a provider may have that may have so many requests at once. */
uint32_t outbox_flights_of(uint32_t concurrency);
/* Closes those that no flight has. */
void outbox_close_asks(struct outbox_provider *provider);

/* outbox_flight.c */

/* Sends the call to the ledger that the flight's step makes, now or a little later. */
void outbox_submit(struct flight *flight);
/* Writes the request. False: there is no such request in the provider's dialect, and the flight has
 * ended, or goes on to record so. */
bool outbox_write_request(struct flight *flight);
/* Sends it, with flight->ask. timeout_ms 0: the provider's own. */
void outbox_ask_provider(struct flight *flight, uint32_t timeout_ms);
/* An answer of the ledger's; results NULL: it failed. */
void outbox_answered(struct outbox *outbox, uint64_t ticket, const struct ledger_result *results,
                     uint32_t count);
/* Sends the calls that found no room once more. */
void outbox_send_delayed(struct outbox *outbox);

/* Keeps what is to be recorded, and sends it; attempt.outcome and end are set. */
void outbox_save(struct flight *flight, const struct outbound_answer *answer, uint64_t latency_us,
                 uint64_t again_ns);
/* Starts the request with flight->ask, which may be NULL: no memory; what comes of it is learnt. */
void outbox_ask_http(struct flight *flight, const struct http_ask_request *http);
/* There is no more to deliver of its payment; ends the flight. */
void outbox_drop(struct flight *flight);
/* Logs, a few a second at most. */
void outbox_warn(struct flight *flight, const char *event, int32_t code, const char *why);

/* outbox_shop.c */

/* The shops, as one provider more: outbox->providers has room for it. 0, or -1: no memory, or the
 * node's key cannot be read. */
int outbox_shops_open(struct outbox *outbox, const struct adapter_env *env);
void outbox_shops_close(struct outbox *outbox);
/* What a flight to a shop has besides. False: no memory. */
bool outbox_shop_flight_make(struct flight *flight);
void outbox_shop_flight_free(struct flight *flight);
/* The ledger's answers to a flight's opening. */
void outbox_shop_opened(struct flight *flight, const struct ledger_result *results);
/* The shop's answer, or none. */
void outbox_shop_learn(struct flight *flight, const struct http_ask_answer *http);
/* The flight ends. */
void outbox_shop_give(struct flight *flight);

/* outbox_share.c; fewer than OUTBOX_SHOP_FLIGHTS_MAX are under way at a take */

/* Counts one more, or not: false when the merchant has its share. Sets *place: the merchant's, or
 * where it would be. */
bool outbox_share_take(struct outbox_shares *shares, uint64_t merchant, uint32_t *place);
/* One has ended. How many of those that wait for it are to try now. */
uint32_t outbox_share_give(struct outbox_shares *shares, uint32_t place);

/* outbox_sweep.c */

/* Goes on with the search, or begins one when it is needed. */
void outbox_sweep(struct outbox *outbox);
/* The ledger's answer to it; results NULL: it failed. */
void outbox_swept(struct outbox *outbox, const struct ledger_result *results, uint32_t count);

/* outbox_check.c */

/* Brings the check, with its answer, back to the loop that asked. */
void outbox_check_end(struct outbox *outbox, struct outbox_check *check);
/* Answered AGAIN: the waiting checks of a provider whose time is over, or all of them. */
void outbox_check_expire(struct outbox *outbox, struct outbox_provider *provider, bool all);
/* Takes the mail in. */
void outbox_take_mail(struct outbox *outbox);
struct outbox_provider *outbox_provider_of(struct outbox *outbox, uint32_t number);

/* outbox_pause.c; pauses are a fifth more or less by `random`, and scaled by permille */

/* Before the attempt after so many: 10 s, 30 s, 1, 2, 5, 10, 30 minutes, then an hour. */
uint64_t outbox_pause_ns(uint32_t attempts, uint32_t permille, uint32_t random);
/* Before a shop is told again, so long after the first time: a minute, then 2, 4, ... an hour. */
uint64_t outbox_callback_pause_ns(uint64_t since_ns, uint32_t permille, uint32_t random);

#endif

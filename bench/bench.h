/* bench.h - what all parts of the bench share: options, the plan of a measurement, its figures.
 * One thread makes all measurements, one after another; times are monotonic ns. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "bench/histogram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_MEASUREMENTS_MAX 40
#define BENCH_STEPS_MAX 64
#define BENCH_PATH_MAX 512

struct bench_options {
    double seconds;             /* of each measurement; 0: as its plan says       */
    const char *only;           /* this measurement and what it is compared with  */
    const char *folder;         /* scratch, exists; on the disk to be measured    */
    const char *node_program;   /* build/tiyn                                     */
    const char *output;         /* bench.json                                     */
    uint64_t accounts;          /* wallets                                        */
    uint64_t recovery_payments; /* in the journal at the kill                     */
    uint64_t growth_payments;
};

/* What a measurement should reach; 0: nothing is asked of this figure. */
struct target {
    double per_second;  /* at least */
    double p50_us;      /* at most  */
    double p99_us;      /* at most  */
    double max_us;      /* at most  */
    double ratio;       /* at least */
    uint64_t in_flight; /* at least */
    double open_bytes;  /* at most  */
};

struct measurement {
    const struct plan *plan;
    double payments_per_second;
    double p50_us, p99_us, max_us;
    double seconds;
    double ratio;           /* of the rate to plan->ratio_to, if it sets no other; 0: none */
    uint64_t in_flight_max; /* requests at once at the provider; 0: not of this one */
    double open_bytes;      /* memory of the node for an open checkout; of checkout_open alone */
    /* Of growth alone. */
    double steps[BENCH_STEPS_MAX]; /* payments/s of each step */
    uint32_t step_count;
    double store_bytes_per_payment;
};

/* What all audits together looked at. */
struct bench_audit {
    bool ok;
    uint64_t payments;
    uint64_t sum_tiyn; /* posted debits, which equal the posted credits */
};

struct bench {
    struct bench_options options;
    struct measurement measurements[BENCH_MEASUREMENTS_MAX];
    uint32_t count;
    struct bench_audit audit;
};

/* One measurement as planned. */
struct plan {
    const char *name;
    /* Fills *out (not plan, seconds come preset). False: something went wrong, and was told. */
    bool (*run)(struct bench *bench, const struct plan *plan, struct measurement *out);
    uint32_t batch;       /* payments a command batch, call or write         */
    uint32_t connections; /* 0: in process                                   */
    uint32_t in_flight;   /* calls on each connection                        */
    double seconds;       /* by default                                      */
    bool extra;           /* only when it is asked for by name               */
    const char *ratio_to; /* measured before it; NULL: none                  */
    struct target floor, aim;
};

extern const struct plan bench_plans[];
extern const uint32_t bench_plan_count;

uint64_t bench_now_ns(void);  /* monotonic  */
uint64_t bench_wall_ns(void); /* since 1970 */
void bench_rest_ns(uint64_t ns);
uint64_t bench_random(void); /* from the kernel */
/* One line on standard error, after the progress bar is wiped. */
void bench_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Of an earlier measurement; NULL: not made. */
const struct measurement *bench_find(const struct bench *bench, const char *name);
/* Fills the latencies and, from `payments` in elapsed_ns, the rate. */
void bench_figures(struct measurement *out, const struct histogram *latency, uint64_t payments,
                   uint64_t elapsed_ns);
/* The folder or file `name` in the scratch folder; `path` holds BENCH_PATH_MAX. */
void bench_path(const struct bench *bench, const char *name, char *path);

/* The measurements, each in the file named after it. */
bool core_batch(struct bench *bench, const struct plan *plan, struct measurement *out);
bool recovery(struct bench *bench, const struct plan *plan, struct measurement *out);
bool growth(struct bench *bench, const struct plan *plan, struct measurement *out);
bool growth_duplicates(struct bench *bench, const struct plan *plan, struct measurement *out);
bool limit_journal(struct bench *bench, const struct plan *plan, struct measurement *out);
bool limit_lmdb(struct bench *bench, const struct plan *plan, struct measurement *out);
bool network_rpc(struct bench *bench, const struct plan *plan, struct measurement *out);
bool network_http(struct bench *bench, const struct plan *plan, struct measurement *out);
bool network_half_load(struct bench *bench, const struct plan *plan, struct measurement *out);
bool network_rpc_echo(struct bench *bench, const struct plan *plan, struct measurement *out);
bool network_http_echo(struct bench *bench, const struct plan *plan, struct measurement *out);
bool limit_rsa(struct bench *bench, const struct plan *plan, struct measurement *out);
bool soap_full(struct bench *bench, const struct plan *plan, struct measurement *out);
bool soap_half(struct bench *bench, const struct plan *plan, struct measurement *out);
bool soap_beside_rpc(struct bench *bench, const struct plan *plan, struct measurement *out);
bool limit_http_client(struct bench *bench, const struct plan *plan, struct measurement *out);
bool services_full(struct bench *bench, const struct plan *plan, struct measurement *out);
bool limit_password(struct bench *bench, const struct plan *plan, struct measurement *out);
bool checkout_pay(struct bench *bench, const struct plan *plan, struct measurement *out);
bool checkout_open(struct bench *bench, const struct plan *plan, struct measurement *out);
bool services_far(struct bench *bench, const struct plan *plan, struct measurement *out);
/* Stops the node, if one was started, and audits what it left. */
bool network_end(struct bench *bench);

#endif

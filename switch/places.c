#include "switch/places.h"

#include <stdio.h>
#include <sys/resource.h>

#include "switch/limits.h"

static void raise_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* What so many requests at once need. */
static uint64_t count_requests(uint64_t requests) {
    return FILES_REQUEST * requests + FILES_GROUP * (requests / HTTP_CLIENT_GROUP + 1);
}

/* What the node needs besides connections that others make. */
static uint64_t count_beside(const struct config *config) {
    uint64_t beside = FILES_BESIDE + CONN_PLACES_OPERATOR + FILES_LOOP * (config->loops + 1ull);
    for (uint32_t i = 0; i < config->provider_count; i++) {
        beside += count_requests(config->providers[i].concurrency);
    }
    bool checkout = config->node_key[0] != '\0';
    return beside + (checkout ? count_requests(OUTBOX_SHOP_FLIGHTS_MAX) : 0);
}

int places_count(const struct config *config, uint32_t *connections_max, char *why,
                 size_t why_size) {
    const uint64_t beside = count_beside(config);
    struct rlimit limit;
    raise_limit();
    *connections_max = config->connections_max;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur >= beside + config->connections_max) {
        return 0;
    }
    if (limit.rlim_cur < beside + CONN_PLACES_LEAST) {
        (void)snprintf(why, why_size,
                       "the node may have %llu files open and needs %llu: raise the hard limit "
                       "(ulimit -Hn), or lower the providers' concurrency",
                       (unsigned long long)limit.rlim_cur,
                       (unsigned long long)beside + config->connections_max);
        return -1;
    }
    *connections_max = (uint32_t)(limit.rlim_cur - beside);
    log_event(LOG_WARN, "few_files", "limit=%llu need=%llu connections_max=%u advice=%s",
              (unsigned long long)limit.rlim_cur,
              (unsigned long long)beside + config->connections_max, (unsigned)*connections_max,
              "raise the hard limit of open files (ulimit -Hn), or lower connections_max");
    return 0;
}

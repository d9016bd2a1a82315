#include "bench/requests.h"

#include "bench/bench.h"
#include "bench/cores.h"
#include "bench/progress.h"

#include <stdlib.h>

#define REQUEST_MAX 65536u

struct making {
    struct requests *requests;
    requests_maker *make;
    const void *context;
};

/* Every so many-th. */
static bool make_share(void *context, uint32_t core) {
    const struct making *making = context;
    struct requests *requests = making->requests;
    bool ok = true;
    for (uint32_t i = core; ok && i < requests->count; i += cores_count()) {
        struct buffer text;
        buffer_init(&text, REQUEST_MAX);
        ok = making->make(making->context, i, &text) && !text.failed;
        requests->texts[i] = text.base;
        requests->sizes[i] = (uint32_t)text.used;
        if (core == 0)
            progress_show("signing requests", (double)i / requests->count, 0);
    }
    return ok;
}

bool requests_make(struct requests *requests, uint32_t count, requests_maker *make,
                   const void *context) {
    struct making making = {requests, make, context};
    *requests =
        (struct requests){calloc(count, sizeof(char *)), calloc(count, sizeof(uint32_t)), count};
    bool ok = requests->texts != NULL && requests->sizes != NULL && cores_run(make_share, &making);
    progress_wipe();
    if (!ok)
        bench_tell("bench: the requests could not be signed");
    return ok;
}

void requests_free(struct requests *requests) {
    for (uint32_t i = 0; requests->texts != NULL && i < requests->count; i++)
        free(requests->texts[i]);
    free(requests->texts);
    free(requests->sizes);
    *requests = (struct requests){NULL, NULL, 0};
}

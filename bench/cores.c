#include "bench/cores.h"

#include <pthread.h>
#include <unistd.h>

struct core {
    bool (*run)(void *context, uint32_t core);
    void *context;
    uint32_t number;
    pthread_t thread;
    bool ok;
};

uint32_t cores_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > (long)CORES_MAX ? CORES_MAX : (uint32_t)count;
}

static void *run_core(void *context) {
    struct core *core = context;
    core->ok = core->run(core->context, core->number);
    return NULL;
}

bool cores_run(bool (*run)(void *context, uint32_t core), void *context) {
    struct core cores[CORES_MAX];
    uint32_t count = cores_count(), started = 0;
    for (; started < count; started++) {
        cores[started] = (struct core){.run = run, .context = context, .number = started};
        if (pthread_create(&cores[started].thread, NULL, run_core, &cores[started]) != 0)
            break;
    }
    bool ok = started == count;
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(cores[i].thread, NULL);
        ok = ok && cores[i].ok;
    }
    return ok;
}

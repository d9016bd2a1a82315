#include "switch/crew.h"

#include <string.h>
#include <uv.h>

#include "switch/assert.h"
#include "switch/worker.h"

static void list_in(struct crew *crew, struct crew_task *task) {
    task->next = NULL;
    task->previous = crew->last;
    if (crew->last == NULL) {
        crew->first = task;
    } else {
        crew->last->next = task;
    }
    crew->last = task;
    task->queued = true;
}

static void list_out(struct crew *crew, struct crew_task *task) {
    if (task->previous == NULL) {
        crew->first = task->next;
    } else {
        task->previous->next = task->next;
    }
    if (task->next == NULL) {
        crew->last = task->previous;
    } else {
        task->next->previous = task->previous;
    }
    task->queued = false;
}

/* From here on the task is the loop's, which is still to be woken. */
static void bring(struct crew_desk *desk, struct crew_task *task) {
    struct crew_task *head = atomic_load_explicit(&desk->done, memory_order_relaxed);
    do {
        task->next = head;
    } while (!atomic_compare_exchange_weak(&desk->done, &head, task));
}

/* What a thread has brought without a word. */
struct owed {
    struct crew_desk *desk; /* NULL: nothing */
    uint32_t tasks;
};

static void tell(struct owed *owed) {
    if (owed->desk != NULL) {
        owed->desk->wake(owed->desk->context);
    }
    *owed = (struct owed){.desk = NULL};
}

static void finish(struct crew_task *task, struct owed *owed) {
    struct crew_desk *desk = task->desk;
    if (owed->desk != desk) {
        tell(owed);
    }
    bring(desk, task);
    owed->desk = desk;
    if (++owed->tasks == CREW_TOGETHER) {
        tell(owed);
    }
}

/* The next task, once there is one; NULL: the crew stops. */
static struct crew_task *next_task(struct crew *crew, struct owed *owed) {
    (void)pthread_mutex_lock(&crew->mutex);
    while (crew->first == NULL && (owed->desk != NULL || !crew->stop)) {
        if (owed->desk != NULL) {
            (void)pthread_mutex_unlock(&crew->mutex);
            tell(owed);
            (void)pthread_mutex_lock(&crew->mutex);
            continue;
        }
        crew->idle++;
        (void)pthread_cond_wait(&crew->more, &crew->mutex);
        crew->idle--;
    }
    struct crew_task *task = crew->first;
    if (task != NULL) {
        list_out(crew, task);
    }
    (void)pthread_mutex_unlock(&crew->mutex);
    return task;
}

static void *run(void *argument) {
    struct crew *crew = argument;
    struct owed owed = {.desk = NULL};
    struct crew_task *task = NULL;
    worker_thread_begin("crew");
    while ((task = next_task(crew, &owed)) != NULL) {
        task->work(task);
        finish(task, &owed);
    }
    return NULL;
}

int crew_start(struct crew *crew) {
    unsigned cores = uv_available_parallelism();
    uint32_t count = cores < CREW_THREADS_LEAST  ? CREW_THREADS_LEAST
                     : cores > CREW_THREADS_MOST ? CREW_THREADS_MOST
                                                 : cores;
    memset(crew, 0, sizeof(*crew));
    if (pthread_mutex_init(&crew->mutex, NULL) != 0) {
        return -1;
    }
    if (pthread_cond_init(&crew->more, NULL) != 0) {
        (void)pthread_mutex_destroy(&crew->mutex);
        return -1;
    }
    while (crew->count < count &&
           pthread_create(&crew->threads[crew->count], NULL, run, crew) == 0) {
        crew->count++;
    }
    if (crew->count < count) {
        crew_stop(crew);
        return -1;
    }
    return 0;
}

void crew_stop(struct crew *crew) {
    (void)pthread_mutex_lock(&crew->mutex);
    crew->stop = true;
    (void)pthread_cond_broadcast(&crew->more);
    (void)pthread_mutex_unlock(&crew->mutex);
    for (; crew->count > 0; crew->count--) {
        (void)pthread_join(crew->threads[crew->count - 1], NULL);
    }
    (void)pthread_cond_destroy(&crew->more);
    (void)pthread_mutex_destroy(&crew->mutex);
}

void crew_give(struct crew *crew, struct crew_task *task) {
    task->cancelled = false;
    (void)pthread_mutex_lock(&crew->mutex);
    ASSERT(!crew->stop);
    list_in(crew, task);
    bool wake = crew->idle > 0;
    (void)pthread_mutex_unlock(&crew->mutex);
    if (wake) {
        (void)pthread_cond_signal(&crew->more);
    }
}

void crew_cancel(struct crew *crew, struct crew_task *task) {
    (void)pthread_mutex_lock(&crew->mutex);
    bool queued = task->queued;
    if (queued) {
        list_out(crew, task);
        task->cancelled = true;
    }
    (void)pthread_mutex_unlock(&crew->mutex);
    if (queued) {
        struct crew_desk *desk = task->desk;
        bring(desk, task);
        desk->wake(desk->context);
    }
}

struct crew_task *crew_take(struct crew_desk *desk) {
    struct crew_task *last = atomic_exchange(&desk->done, NULL), *first = NULL;
    while (last != NULL) {
        struct crew_task *before = last->next;
        last->next = first;
        first = last;
        last = before;
    }
    return first;
}

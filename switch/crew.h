/* crew.h - the threads for heavy work, one a core, four at least, with a priority below the loops'.
 *
 * Not libuv's pool: that tells a loop of each work by itself, and holds a lock of the loop's while
 * it does. The loop that is woken takes the core from the worker at that very point, spins on what
 * the worker has begun to write, and waits for it to get a core again. Here what is done goes on a
 * list without a lock; and a thread that finds more to do wakes the loop once for CREW_TOGETHER
 * works, which then come to the ledger together, too. */
#ifndef SWITCH_CREW_H
#define SWITCH_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "switch/limits.h"

/* Where a loop gets back what is done of its work. wake: any thread; is to have the loop call
 * crew_take soon. */
struct crew_desk {
    struct crew_task *_Atomic done; /* the last one first */
    void (*wake)(void *context);
    void *context;
};

/* One piece of work, a part of what it works on. The loop's, but for `work` from crew_give until it
 * comes back. */
struct crew_task {
    void (*work)(struct crew_task *task); /* on a thread of the crew */
    struct crew_desk *desk;
    struct crew_task *next, *previous;
    bool cancelled; /* came back undone */
    bool queued;    /* no thread has begun it: the crew's */
};

struct crew {
    pthread_mutex_t mutex;
    pthread_cond_t more;
    struct crew_task *first, *last; /* what no thread has begun */
    uint32_t idle;                  /* threads that wait */
    uint32_t count;                 /* threads */
    bool stop;
    pthread_t threads[CREW_THREADS_MOST];
};

/* 0, or -1: no threads; then there is nothing to stop. */
int crew_start(struct crew *crew);
/* Waits until all that was given is done, and ends the threads. */
void crew_stop(struct crew *crew);

/* The rest: the loop's thread. */

/* Has the task's `work` done; it comes back at its desk. */
void crew_give(struct crew *crew, struct crew_task *task);
/* Has a task come back undone, if no thread has begun it. */
void crew_cancel(struct crew *crew, struct crew_task *task);
/* What is done, in order, linked by `next`; NULL: nothing. */
struct crew_task *crew_take(struct crew_desk *desk);

#endif

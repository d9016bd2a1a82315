/* outbox_check.c - the mail between the outbox and other threads: checks and their answers, and
 * what operators order. */
#include <stdlib.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* ---- A loop's side ------------------------------------------------------------------------- */

static void on_answers(uv_async_t *handle) {
    struct outbox_inbox *inbox = handle->data;
    (void)pthread_mutex_lock(&inbox->lock);
    struct outbox_check *check = inbox->first;
    inbox->first = NULL;
    (void)pthread_mutex_unlock(&inbox->lock);
    while (check != NULL) {
        struct outbox_check *next = check->next;
        check->done(check->context, &check->answer);
        free(check);
        check = next;
    }
}

int outbox_inbox_open(struct outbox_inbox *inbox, uv_loop_t *loop) {
    inbox->first = NULL;
    inbox->wake.data = inbox;
    if (pthread_mutex_init(&inbox->lock, NULL) != 0) {
        return -1;
    }
    if (uv_async_init(loop, &inbox->wake, on_answers) != 0) {
        (void)pthread_mutex_destroy(&inbox->lock);
        return -1;
    }
    return 0;
}

void outbox_inbox_close(struct outbox_inbox *inbox) {
    uv_close((uv_handle_t *)&inbox->wake, NULL);
}

void outbox_inbox_free(struct outbox_inbox *inbox) {
    struct outbox_check *check = inbox->first;
    while (check != NULL) {
        struct outbox_check *next = check->next;
        free(check);
        check = next;
    }
    inbox->first = NULL;
    (void)pthread_mutex_destroy(&inbox->lock);
}

bool outbox_ask(struct outbox *outbox, struct outbox_inbox *inbox,
                const struct adapter_question *question,
                void (*done)(void *context, const struct outbound_answer *answer), void *context) {
    struct outbox_check *check = NULL;
    if (atomic_fetch_add(&outbox->checks, 1) < OUTBOX_CHECKS_MAX) {
        check = calloc(1, sizeof(*check));
    }
    if (check == NULL) {
        atomic_fetch_sub(&outbox->checks, 1);
        return false;
    }
    memcpy(check->account, question->account, sizeof(check->account));
    check->inbox = inbox;
    check->done = done;
    check->context = context;
    check->provider = question->provider;
    check->asked = (struct outbound_payment){.amount = question->amount,
                                             .service = question->service,
                                             .account.size = strlen(question->account),
                                             .time_ns = clock_wall_ns()};
    check->deadline_ns =
        clock_monotonic_ns() + (uint64_t)outbox->config->check_timeout_ms * 1000000;
    (void)pthread_mutex_lock(&outbox->lock);
    check->next = outbox->mail_checks;
    outbox->mail_checks = check;
    (void)pthread_mutex_unlock(&outbox->lock);
    (void)uv_async_send(&outbox->wake);
    return true;
}

/* ---- The outbox's side --------------------------------------------------------------------- */

void outbox_check_end(struct outbox *outbox, struct outbox_check *check) {
    struct outbox_inbox *inbox = check->inbox;
    atomic_fetch_sub(&outbox->checks, 1);
    (void)pthread_mutex_lock(&inbox->lock);
    check->next = inbox->first;
    inbox->first = check;
    (void)uv_async_send(&inbox->wake); /* under the lock: the loop may close it after */
    (void)pthread_mutex_unlock(&inbox->lock);
}

static void end_silent(struct outbox *outbox, struct outbox_check *check) {
    check->answer = (struct outbound_answer){.verdict = OUTBOUND_AGAIN, .code = OUTBOUND_NO_CODE};
    outbox_check_end(outbox, check);
}

void outbox_check_expire(struct outbox *outbox, struct outbox_provider *provider, bool all) {
    uint64_t now_ns = clock_monotonic_ns();
    while (provider->check_first != NULL && (all || provider->check_first->deadline_ns <= now_ns)) {
        struct outbox_check *check = provider->check_first;
        provider->check_first = check->next;
        metrics_add(&provider->counters.checks_refused, 1);
        end_silent(outbox, check);
    }
}

struct outbox_provider *outbox_provider_of(struct outbox *outbox, uint32_t number) {
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        if (outbox->providers[i].config->number == number) {
            return &outbox->providers[i];
        }
    }
    return NULL;
}

/* Ids of checks are no payment's: they count microseconds, and payments begin with 1. */
static void take_check(struct outbox *outbox, struct outbox_check *check) {
    struct outbox_provider *provider = outbox_provider_of(outbox, check->provider);
    uint64_t now_us = clock_wall_ns() / 1000;
    if (provider == NULL || provider->shops || outbox->stopping) {
        end_silent(outbox, check);
        return;
    }
    outbox->check_id = now_us > outbox->check_id ? now_us : outbox->check_id + 1;
    check->asked.id = outbox->check_id;
    check->next = NULL;
    if (provider->check_first == NULL) {
        provider->check_first = check;
    } else {
        provider->check_last->next = check;
    }
    provider->check_last = check;
}

/* ---- Orders -------------------------------------------------------------------------------- */

static void hurry(struct outbox *outbox, uint32_t entry) {
    uint32_t queue = outbox->table.entries[entry].queue;
    ASSERT(queue < outbox->provider_count);
    outbox_table_ready(&outbox->table, entry, true);
    breaker_hurry(&outbox->providers[queue].breaker);
}

static void retry_one(struct outbox *outbox, struct outbox_order *order) {
    uint32_t entry = outbox_table_find(&outbox->table, order->payment);
    enum outbox_state state =
        entry == OUTBOX_NONE ? OUTBOX_FREE : (enum outbox_state)outbox->table.entries[entry].state;
    order->count = -1;
    if (state == OUTBOX_FREE) {
        order->why = "no delivery of this payment waits";
    } else if (state == OUTBOX_FLYING) {
        order->why = "its provider is being asked now";
    } else if (state == OUTBOX_LOST) {
        order->why = "its provider is not in the config";
    } else {
        hurry(outbox, entry);
        order->count = 1;
    }
}

static void retry_stuck(struct outbox *outbox, struct outbox_order *order) {
    const struct outbox_table *table = &outbox->table;
    for (uint32_t i = 0; i < table->fresh; i++) {
        const struct outbox_entry *entry = &table->entries[i];
        if (entry->state == OUTBOX_STUCK &&
            (order->provider == 0 ||
             outbox->providers[entry->queue].config->number == order->provider)) {
            hurry(outbox, i);
            order->count++;
        }
    }
}

static void take_order(struct outbox *outbox, struct outbox_order *order) {
    if (outbox->stopping) {
        order->count = -1;
        order->why = "the node is stopping";
    } else if (order->payment != 0) {
        retry_one(outbox, order);
    } else {
        retry_stuck(outbox, order);
    }
    uv_sem_post(&order->done); /* from here on it may be gone */
}

int64_t outbox_retry(struct outbox *outbox, uint64_t payment, uint32_t provider, char *why,
                     size_t why_size) {
    struct outbox_order order = {
        .payment = payment, .provider = provider, .count = -1, .why = "the node is stopping"};
    if (payment == 0) {
        order.count = 0;
    }
    if (uv_sem_init(&order.done, 0) != 0) {
        (void)snprintf(why, why_size, "no memory");
        return -1;
    }
    (void)pthread_mutex_lock(&outbox->lock);
    bool sent = !outbox->mail_closed;
    if (sent) {
        order.next = outbox->mail_orders;
        outbox->mail_orders = &order;
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    if (sent) {
        (void)uv_async_send(&outbox->wake);
        uv_sem_wait(&order.done);
    } else {
        order.count = -1;
    }
    uv_sem_destroy(&order.done);
    (void)snprintf(why, why_size, "%s", order.count < 0 ? order.why : "");
    return order.count;
}

/* The mail is the last first. */
static struct outbox_check *reversed(struct outbox_check *check) {
    struct outbox_check *first = NULL;
    while (check != NULL) {
        struct outbox_check *next = check->next;
        check->next = first;
        first = check;
        check = next;
    }
    return first;
}

void outbox_take_mail(struct outbox *outbox) {
    (void)pthread_mutex_lock(&outbox->lock);
    struct outbox_check *check = reversed(outbox->mail_checks);
    struct outbox_order *order = outbox->mail_orders;
    outbox->mail_checks = NULL;
    outbox->mail_orders = NULL;
    outbox->mail_closed = outbox->stopping; /* what comes later is not waited for */
    (void)pthread_mutex_unlock(&outbox->lock);
    while (check != NULL) {
        struct outbox_check *next = check->next;
        take_check(outbox, check);
        check = next;
    }
    while (order != NULL) {
        struct outbox_order *next = order->next;
        take_order(outbox, order);
        order = next;
    }
}

/* test_outbox_table.c - deliveries that wait, held against a plain list of them. */
#include <criterion/criterion.h>

#include "switch/outbox_table.h"
#include "tests/lib/random.h"

enum { CAPACITY = 500, QUEUES = 3, STEPS = 200000 };

static struct outbox_table table;

static void setup(void) {
    cr_assert_eq(outbox_table_init(&table, CAPACITY), 0);
}

static void teardown(void) {
    outbox_table_free(&table);
}

TestSuite(outbox_table, .init = setup, .fini = teardown);

static uint32_t add(uint64_t payment, uint32_t queue) {
    uint32_t entry = outbox_table_add(&table, payment, queue);
    cr_assert_neq(entry, OUTBOX_NONE);
    return entry;
}

Test(outbox_table, is_empty_at_first) {
    cr_expect_eq(outbox_table_find(&table, 5), OUTBOX_NONE);
    cr_expect_eq(outbox_table_due_ns(&table), OUTBOX_NEVER);
    cr_expect_eq(outbox_table_wake(&table, OUTBOX_NEVER), OUTBOX_NONE);
    cr_expect_eq(outbox_table_take(&table, 0), OUTBOX_NONE);
}

Test(outbox_table, takes_the_ready_in_their_order) {
    uint32_t first = add(1, 0), second = add(2, 0), other = add(3, 1), hurried = add(4, 0);
    outbox_table_ready(&table, first, false);
    outbox_table_ready(&table, second, false);
    outbox_table_ready(&table, other, false);
    outbox_table_ready(&table, hurried, true);
    cr_expect_eq(table.queues[0].counts[OUTBOX_READY], 3);
    cr_expect_eq(outbox_table_take(&table, 0), hurried);
    cr_expect_eq(outbox_table_take(&table, 0), first);
    cr_expect_eq(outbox_table_take(&table, 0), second);
    cr_expect_eq(outbox_table_take(&table, 0), OUTBOX_NONE);
    cr_expect_eq(outbox_table_take(&table, 1), other);
    cr_expect_eq(table.queues[0].counts[OUTBOX_FLYING], 3);
}

Test(outbox_table, wakes_when_the_time_has_come) {
    uint32_t late = add(1, 0), soon = add(2, 0);
    outbox_table_pause(&table, late, 200);
    outbox_table_pause(&table, soon, 100);
    cr_expect_eq(outbox_table_due_ns(&table), 100);
    cr_expect_eq(outbox_table_wake(&table, 99), OUTBOX_NONE);
    cr_expect_eq(outbox_table_wake(&table, 100), soon);
    cr_expect_eq(outbox_table_wake(&table, 100), OUTBOX_NONE);
    cr_expect_eq(outbox_table_take(&table, 0), soon);
    cr_expect_eq(outbox_table_wake(&table, 300), late);
}

Test(outbox_table, calls_those_who_stand_in_a_line) {
    uint32_t first = add(1, 0), second = add(2, 0), other = add(3, 0);
    outbox_table_line_up(&table, first, 300, 7);
    outbox_table_line_up(&table, second, 200, 7);
    outbox_table_line_up(&table, other, 100, 8);
    cr_expect_eq(outbox_table_call(&table, 7), first);
    cr_expect_eq(outbox_table_take(&table, 0), first, "it is READY");
    cr_expect_eq(outbox_table_wake(&table, 100), other, "whose time has come needs no call");
    cr_expect_eq(outbox_table_call(&table, 8), OUTBOX_NONE, "and stands there no more");
    cr_expect_eq(outbox_table_call(&table, 7), second);
    cr_expect_eq(outbox_table_call(&table, 7), OUTBOX_NONE);
    cr_expect_eq(outbox_table_due_ns(&table), OUTBOX_NEVER);
}

Test(outbox_table, is_full) {
    for (uint64_t i = 1; i <= CAPACITY; i++) {
        (void)add(i, 0);
    }
    cr_expect_eq(outbox_table_add(&table, 999, 0), OUTBOX_NONE);
    outbox_table_drop(&table, outbox_table_find(&table, 7));
    cr_expect_eq(outbox_table_find(&table, 7), OUTBOX_NONE);
    (void)add(999, 0);
}

/* ---- Random steps -------------------------------------------------------------------------- */

static struct model {
    uint64_t payment, next_ns; /* 0: not there */
    uint32_t entry, queue, state, line;
    uint64_t order; /* of READY ones, and of those in a line */
} models[CAPACITY];
static uint64_t orders = 1000000, numbers;

static struct model *first_ready(uint32_t queue) {
    struct model *first = NULL;
    for (uint32_t i = 0; i < CAPACITY; i++) {
        struct model *model = &models[i];
        if (model->payment != 0 && model->queue == queue && model->state == OUTBOX_READY &&
            (first == NULL || model->order < first->order)) {
            first = model;
        }
    }
    return first;
}

/* It has another state now. */
static void moves(struct model *model, uint32_t state) {
    model->state = state;
    model->line = 0;
    model->order = orders++;
}

static void step_call(uint32_t line) {
    struct model *first = NULL;
    for (uint32_t i = 0; i < CAPACITY; i++) {
        struct model *model = &models[i];
        if (model->payment != 0 && model->line == line &&
            (first == NULL || model->order < first->order)) {
            first = model;
        }
    }
    cr_assert_eq(outbox_table_call(&table, line), first == NULL ? OUTBOX_NONE : first->entry);
    if (first != NULL) {
        moves(first, OUTBOX_READY);
    }
}

static void step_take(uint32_t queue) {
    struct model *model = first_ready(queue);
    uint32_t taken = outbox_table_take(&table, queue);
    cr_assert_eq(taken, model == NULL ? OUTBOX_NONE : model->entry);
    if (model != NULL) {
        moves(model, OUTBOX_FLYING);
    }
}

static void step_wake(uint64_t now_ns) {
    uint64_t due_ns = OUTBOX_NEVER;
    for (uint32_t i = 0; i < CAPACITY; i++) {
        if (models[i].payment != 0 && models[i].state == OUTBOX_PAUSED &&
            models[i].next_ns < due_ns) {
            due_ns = models[i].next_ns;
        }
    }
    cr_assert_eq(outbox_table_due_ns(&table), due_ns);
    uint32_t woken = outbox_table_wake(&table, now_ns);
    cr_assert_eq(woken == OUTBOX_NONE, due_ns > now_ns);
    for (uint32_t i = 0; i < CAPACITY && woken != OUTBOX_NONE; i++) {
        if (models[i].payment != 0 && models[i].entry == woken) {
            cr_assert_eq(models[i].state, OUTBOX_PAUSED);
            cr_assert_eq(models[i].next_ns, due_ns);
            moves(&models[i], OUTBOX_READY);
        }
    }
}

static void step_change(struct model *model, uint64_t dice) {
    bool hurried = dice % 7 == 0;
    switch (dice % 5) {
    case 0:
        outbox_table_drop(&table, model->entry);
        cr_assert_eq(outbox_table_find(&table, model->payment), OUTBOX_NONE);
        model->payment = model->line = 0;
        return;
    case 1:
        model->next_ns = dice % 100000;
        moves(model, OUTBOX_PAUSED);
        outbox_table_pause(&table, model->entry, model->next_ns);
        return;
    case 2:
        model->next_ns = dice % 100000;
        moves(model, OUTBOX_PAUSED);
        model->line = dice % 2 == 0 ? 1 : OUTBOX_LINES_MAX;
        outbox_table_line_up(&table, model->entry, model->next_ns, model->line);
        return;
    case 3:
        outbox_table_ready(&table, model->entry, hurried);
        moves(model, OUTBOX_READY);
        if (hurried) {
            struct model *first = NULL;
            model->state = OUTBOX_FLYING;
            first = first_ready(model->queue);
            model->state = OUTBOX_READY;
            model->order = first == NULL ? model->order : first->order - 1;
        }
        return;
    default:
        outbox_table_set(&table, model->entry, OUTBOX_STUCK);
        moves(model, OUTBOX_STUCK);
    }
}

static void check_counts(void) {
    uint32_t counts[QUEUES][OUTBOX_STATES] = {{0}}, used = 0;
    for (uint32_t i = 0; i < CAPACITY; i++) {
        if (models[i].payment != 0) {
            cr_assert_eq(outbox_table_find(&table, models[i].payment), models[i].entry);
            cr_assert_eq(table.entries[models[i].entry].state, models[i].state);
            counts[models[i].queue][models[i].state]++;
            used++;
        }
    }
    cr_assert_eq(table.used, used);
    for (uint32_t i = 0; i < QUEUES; i++) {
        cr_assert_arr_eq(counts[i], table.queues[i].counts, sizeof(counts[i]));
    }
}

Test(outbox_table, behaves_as_a_plain_list) {
    struct random random = {.state = 20250131};
    for (uint32_t i = 0; i < STEPS; i++) {
        uint64_t dice = random_next(&random);
        struct model *model = &models[dice % CAPACITY];
        dice >>= 16;
        if (dice % 8 == 0) {
            step_take((uint32_t)(dice >> 8) % QUEUES);
        } else if (dice % 8 == 1) {
            step_wake((dice >> 8) % 100000);
        } else if (dice % 8 == 2) {
            step_call((dice >> 8) % 2 == 0 ? 1 : OUTBOX_LINES_MAX);
        } else if (model->payment == 0) {
            *model = (struct model){.payment = ++numbers * (dice % 2 == 0 ? 1 : 4096),
                                    .queue = (uint32_t)(dice >> 8) % QUEUES,
                                    .state = OUTBOX_FLYING};
            if (outbox_table_find(&table, model->payment) != OUTBOX_NONE) {
                model->payment = 0;
                continue;
            }
            model->entry = add(model->payment, model->queue);
        } else {
            step_change(model, dice >> 8);
        }
        if (i % 500 == 0) {
            check_counts();
        }
    }
}

Test(outbox_table, what_is_handed_over_again_while_it_flies_is_looked_at_once_more) {
    uint32_t entry = add(1, 0);
    cr_expect(!outbox_table_is_more(&table, entry));
    outbox_table_again(&table, entry, 0);
    cr_expect(outbox_table_is_more(&table, entry));
    cr_expect(!outbox_table_is_more(&table, entry));
    cr_expect_eq(table.queues[0].counts[OUTBOX_FLYING], 1);
}

Test(outbox_table, what_is_handed_over_again_while_it_waits_waits_no_longer_than_that) {
    uint32_t paused = add(1, 0), stuck = add(2, 0);
    outbox_table_pause(&table, paused, 500);
    outbox_table_again(&table, paused, 600);
    cr_expect_eq(outbox_table_due_ns(&table), 500);
    outbox_table_again(&table, paused, 50);
    cr_expect_eq(outbox_table_due_ns(&table), 50);
    outbox_table_set(&table, stuck, OUTBOX_STUCK);
    outbox_table_again(&table, stuck, OUTBOX_NEVER);
    cr_expect_eq(outbox_table_take(&table, 0), OUTBOX_NONE);
    outbox_table_again(&table, stuck, 0);
    cr_expect_eq(outbox_table_take(&table, 0), stuck);
}

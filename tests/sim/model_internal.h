/* model_internal.h - what the model's files share. */
#ifndef TESTS_SIM_MODEL_INTERNAL_H
#define TESTS_SIM_MODEL_INTERNAL_H

#include "tests/sim/model.h"

/* An account's part in a payment: gross sums, and the net of both. */
struct share {
    struct model_account *account;
    uint64_t debits, credits;
};

/* The payment's accounts in order of first appearance; returns how many. */
unsigned model_shares_of(struct model *model, const struct ledger_leg *legs, unsigned leg_count,
                         struct share *shares);

/* model_check.c: open's checks 2, and 4 to 7. DONE: nothing stands against it. */
enum ledger_status model_check_accounts(struct model *model, const struct ledger_leg *legs,
                                        unsigned leg_count);
enum ledger_status model_check_money(const struct model *model, const struct share *shares,
                                     unsigned share_count);

/* model_payment.c */
void model_delivery(struct model *model, const struct sim_command *command,
                    struct model_result *result);
void model_check(struct model *model, const struct sim_command *command,
                 struct model_result *result);
void model_payment_open(struct model *model, const struct sim_command *command,
                        struct model_result *result);
void model_payment_target(struct model *model, const struct sim_command *command,
                          struct model_result *result);
/* Tell its peer once more. */
void model_payment_notify(struct model *model, struct model_payment *payment,
                          struct model_result *result);
void model_payment_attempted(struct model *model, struct model_payment *payment, uint32_t outcome);
void model_payment_expire(struct model *model, uint32_t count, struct model_result *result);
/* model_money.c */
/* The payment's new state. told: whether the peer of a callback knows of it; -1: as before. */
void model_payment_move_told(struct model *model, struct model_payment *payment,
                             enum ledger_state state, int told);
void model_payment_move(struct model *model, struct model_payment *payment,
                        enum ledger_state state);
/* Holds or posts a payment that passed all checks. */
void model_payment_start(struct model *model, struct model_payment *payment);
void model_payment_decline(struct model *model, struct model_payment *payment, bool told);
/* Adds the payment's hold (sign 1), or takes it away (-1). */
void model_payment_hold(struct model *model, struct model_payment *payment, int sign);
void model_payment_post(struct model *model, struct model_payment *payment);

enum ledger_status model_token_check(struct model *model, const struct sim_command *command);

#endif

/* checkout.h - a buyer's way through the checkout, between the files of it:
 *
 *   show -> login -> confirm -> watch          POST, POST, POST, then GET until there is an end
 *             |         \-> cancel -> watch
 *             \-> watch, when the invoice has a payment already; so has show
 *
 * The node keeps nothing of it but payments. Each form carries the shop's request, which is read
 * and verified again, and a sealed state; cookies carry who logged in, and what may be watched.
 * Worker threads. */
#ifndef PROTOCOLS_WEBSHOP_CHECKOUT_H
#define PROTOCOLS_WEBSHOP_CHECKOUT_H

#include <stdatomic.h>

#include "protocols/webshop/form.h"
#include "protocols/webshop/seal.h"
#include "protocols/webshop/throttle.h"
#include "protocols/webshop/webshop.h"

#define CHECKOUT_WATCH_PATH WEBSHOP_PATH "checkout/watch/" /* and the place's ten digits */
#define CHECKOUT_GRACE_S 3600u /* after its time-out it is told to be over; then it begins anew */
#define CHECKOUT_SECOND_NS 1000000000ull

#define CHECKOUT_BUYER_PAYS UINT64_MAX /* no account has this id */

enum checkout_step {
    CHECKOUT_SHOW,
    CHECKOUT_LOGIN,
    CHECKOUT_CONFIRM,
    CHECKOUT_CANCEL,
    CHECKOUT_WATCH,
    CHECKOUT_STEPS
};

/* One for all loops. */
struct checkout_context {
    const struct adapter_env *env;
    struct seal seal;
    struct throttle *throttle;
    _Atomic uint32_t passwords; /* being verified: each keeps a worker busy for 30 ms, */
    uint32_t passwords_max;     /* so that one is left for others */
};

/* In adapter_note: what is told when an outcome is not known. */
struct checkout_note {
    uint8_t step, language;
    bool pays;      /* a payment may have been made: it is to be watched */
    uint32_t place; /* where */
};

/* ---- What browsers carry ---- */

/* Sealed in each form; good only with the cookie that has its nonce. */
struct checkout_state {
    uint64_t first_ns; /* when the request was first shown: its time-out counts from then */
    uint64_t fee;      /* that the buyer was shown, on top of the total */
    uint64_t lacked;   /* 1: there was not enough money */
    uint8_t digest[32], nonce[16];
};

/* Sealed in the cookie of the checkout. */
struct checkout_session {
    uint64_t login; /* 0: nobody has logged in yet */
    uint8_t digest[32], nonce[16];
};

/* It was paid before this buyer came: the shop is told so, once for each time that it sends a
 * buyer.
 */
enum checkout_already { ALREADY_NOT, ALREADY_TO_TELL, ALREADY_TOLD };

/* Sealed in the cookie that looks at an invoice's payment. The texts follow one another. */
struct checkout_watched {
    uint64_t merchant, wallet, total;
    uint32_t place;
    uint16_t already; /* enum checkout_already */
    uint16_t invoice_size, shop_size, success_size, failure_size;
    char texts[SEAL_BYTES_MAX - 40];
};
_Static_assert(sizeof(struct checkout_watched) <= SEAL_BYTES_MAX, "it is sealed");
_Static_assert(sizeof(((struct checkout_watched *)NULL)->texts) >=
                   LEDGER_REFERENCE_MAX + 4 * WEBSHOP_NAME_MAX + 2 * WEBSHOP_LINK_MAX,
               "the longest texts fit");

/* ---- One request of a browser's ---- */

/* Lies in adapter_work.memory: what the answer needs when the ledger has spoken. */
struct checkout_call {
    uint8_t step, language;
    bool pays;   /* confirm: the button was pressed, and an open was put */
    bool kept;   /* state is the one that came, and its cookie stays     */
    bool no_fee; /* the tariff cannot be applied                         */
    uint32_t place;
    struct registry_charge charge; /* payer CHECKOUT_BUYER_PAYS: the buyer */
    uint64_t buyer, account;       /* login, wallet; once there is a session */
    struct checkout_state state;   /* of the next form */
    char merchant_name[REGISTRY_TITLE_MAX];
    struct checkout_watched watched;
};
_Static_assert(sizeof(struct checkout_call) <= ADAPTER_WORK_MEMORY, "what the answer needs fits");

/* What the functions of one work, or of one work_encode, hand on to each other. */
struct checkout_work {
    struct checkout_context *context;
    const struct adapter_request *http;
    struct adapter_note *note;
    struct checkout_call *call;
    struct webshop_request request;
    struct buffer base64, xml; /* of the request */
    struct registry_merchant merchant;
    bool proved;
    struct ledger_writer *writer;
    struct adapter_reply *reply;
};

/* ---- checkout_read.c: the form and its request ---- */

/* A field of the form in bytes[max]; empty when it is missing or broken. */
struct slice checkout_field(const struct checkout_work *work, const char *name, char *bytes,
                            size_t max);
/* Reads the form's request, who signed it, and what it costs. False: the error page was written. */
bool checkout_request(struct checkout_work *work);
/* Only reads it: of the same form, which was good before. False: as above; no memory. */
bool checkout_request_again(struct checkout_work *work);
/* Frees what the two made. */
void checkout_request_free(struct checkout_work *work);
/* The client of that login who may pay this merchant: call->buyer, account. FOUND, ABSENT: may not,
 * BUSY. */
enum registry_found checkout_buyer(struct checkout_work *work, uint64_t login);

/* ---- checkout_token.c: state, session, watched ---- */

/* A new state and a new nonce; when it was first shown stays when `kept` is not NULL. */
void checkout_state_new(struct checkout_work *work, const struct checkout_state *kept);
/* The state of the form, and the session of the cookie that belongs to it. False: there are none of
 * this request, or they do not belong together, or one is out of date. */
bool checkout_state_read(const struct checkout_work *work, struct checkout_state *state,
                         struct checkout_session *session);
/* Appends call->state for a form, sealed. */
void checkout_state_write(const struct checkout_work *work, struct buffer *out);
/* Sets the cookie with the state's nonce. login 0: nobody's, until the checkout is over; else it
 * lives session_s. */
void checkout_session_set(const struct checkout_work *work, uint64_t login);
/* Takes that cookie back. */
void checkout_session_end(const struct checkout_work *work);
/* Sets the cookie of call->place with call->watched. */
void checkout_watched_set(const struct checkout_work *work);
/* Reads call->watched from the cookie of the path's place. */
bool checkout_watched_read(struct checkout_work *work);
/* Fills it in from the request. */
void checkout_watched_make(struct checkout_work *work);

/* ---- checkout_page.c: answers ---- */

/* Each is ANSWERED. The page that says what the shop must mend; field: as page_error has it. */
enum adapter_verdict checkout_fault(const struct checkout_work *work, enum webshop_fault fault,
                                    const char *field);
/* The page to log in; wait_s: of LOGIN_SLOWLY. */
enum adapter_verdict checkout_login(struct checkout_work *work, enum page_login_error error,
                                    uint32_t wait_s);
/* The page to confirm. account: a lookup of the buyer's wallet. */
void checkout_confirm(struct checkout_work *work, enum page_refusal refusal,
                      const struct ledger_result *account);
/* To where the payment is watched. paid: it was, before. */
void checkout_to_watch(struct checkout_work *work, bool paid);
/* A page without a form; with a link to the shop, when all is over, the browser is sent there. */
void checkout_result(const struct checkout_work *work, const struct page_result *page);
/* Sends the browser to that place. */
void checkout_send(const struct checkout_work *work, struct slice location);
/* Writes "/mfs/checkout/watch/0123456789?language=ru", to which pages add "&lang=kk". */
#define CHECKOUT_QUERY_LANGUAGE "language"
#define CHECKOUT_SELF_MAX 64
const char *checkout_self(uint32_t place, uint8_t language, char text[CHECKOUT_SELF_MAX]);

/* ---- checkout_pay.c ---- */

/* How long the buyer still has, in s; 0: the request timed out. */
uint32_t checkout_left_s(const struct checkout_work *work);

/* ---- The steps: work, and work_encode behind it ---- */

enum adapter_verdict checkout_show_work(struct checkout_work *work);
enum adapter_verdict checkout_login_work(struct checkout_work *work);
enum adapter_verdict checkout_confirm_work(struct checkout_work *work);
enum adapter_verdict checkout_cancel_work(struct checkout_work *work);
enum adapter_verdict checkout_watch_work(struct checkout_work *work);
void checkout_show_encode(struct checkout_work *work, const struct ledger_result *results);
void checkout_login_encode(struct checkout_work *work, const struct ledger_result *results);
void checkout_confirm_encode(struct checkout_work *work, const struct ledger_result *results);
void checkout_cancel_encode(struct checkout_work *work, const struct ledger_result *results);
void checkout_watch_encode(struct checkout_work *work, const struct ledger_result *results);

/* Puts a command of the invoice's payment: LEDGER_LOOKUP, NOTIFY. False: no room. */
bool checkout_put(const struct checkout_work *work, enum ledger_kind kind);
/* What was looked up, when it is this request's; NULL: there is none. *other: there is one with
 * another amount or wallet. */
const struct ledger_payment *checkout_found(const struct checkout_work *work,
                                            const struct ledger_result *result, bool *other);
/* Answers by the invoice's payment. False: it has none, and the checkout goes on. */
bool checkout_went_on(struct checkout_work *work, const struct ledger_result *result);

#endif

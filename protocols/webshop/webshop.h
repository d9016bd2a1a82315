/* webshop.h - what the files of the checkout share: what a shop asks for, what is wrong with it,
 * what the buyer's pages show. The contract is the checkout specification; README.md here has what
 * we decided where it is silent. Any thread. Money is tiyn, times are ns. */
#ifndef PROTOCOLS_WEBSHOP_WEBSHOP_H
#define PROTOCOLS_WEBSHOP_WEBSHOP_H

#include "protocols/adapter.h"
#include "protocols/registry/registry.h"
#include "protocols/xml/xml.h"

#define WEBSHOP_PATH "/mfs/"
#define WEBSHOP_REQUEST_PATH WEBSHOP_PATH "WebShopPayment.xhtml" /* where shops post to */
#define WEBSHOP_ITEMS_MAX 256 /* of a cart: XML_NODES_MAX allows for some 300 of the shortest */
#define WEBSHOP_NAME_MAX 256  /* characters of a shop's name: the contract                    */
#define WEBSHOP_LINK_MAX 512  /* bytes of SuccessLink, FailureLink: both go into a cookie     */
#define WEBSHOP_RESPONSE_URL_MAX                                                                   \
    700                         /* bytes: goes into the payment's attributes                    */
#define WEBSHOP_QUANTITY_MAX 24 /* bytes of a quantity's text, with NUL                         */

/* ---- What a shop asks for ---- */

struct webshop_item {
    struct slice code, name, description;
    char quantity[WEBSHOP_QUANTITY_MAX]; /* as it stands, without blanks around: "2", "1.5" */
    uint64_t cost;                       /* of one */
};

enum webshop_version { WEBSHOP_VERSION_1, WEBSHOP_VERSION_2, WEBSHOP_VERSION_OTHER };

/* All slices are borrowed from document. */
struct webshop_request {
    xmlDoc *document;
    struct slice shop_name;
    struct slice invoice; /* with the merchant: the payment's reference, 1..LEDGER_REFERENCE_MAX */
    uint64_t merchant, wallet; /* login, account id */
    struct webshop_item items[WEBSHOP_ITEMS_MAX];
    uint32_t item_count;
    uint64_t total;
    struct slice success_link, failure_link, response_url; /* empty: none. http or https */
    enum webshop_version version;
    uint32_t timeout_s; /* 600..86400 */
    bool auto_complete; /* AutoTransaction */
};

/* What the SHOP must mend, in the order of the checks. The texts for people are in texts.h.
 * X(NAME, HTTP status) */
/* clang-format off */
#define WEBSHOP_FAULT_MAP(X) \
    X(NO_REQUEST, 400)        /* the form has no webshopRequest, or it is empty             */ \
    X(NOT_BASE64, 400) \
    X(EMPTY_DOCUMENT, 400) \
    X(TOO_LARGE, 400) \
    X(DOCTYPE, 400)           /* or a processing instruction, or another encoding           */ \
    X(NOT_WELL_FORMED, 400)   /* a bare & or <?                                             */ \
    X(WRONG_ROOT, 400) \
    X(SIGNATURE_MISSING, 400) \
    X(SIGNATURE_SHAPE, 400)   /* two of them, elsewhere, another URI, transform, algorithm  */ \
    X(FIELD_EMPTY, 400)       /* field: its name                                            */ \
    X(FIELD_WRONG, 400)       /* field: its name; unknown, twice, out of order, bad value   */ \
    X(MERCHANT_UNKNOWN, 400) \
    X(MERCHANT_BLOCKED, 400) \
    X(WALLET_WRONG, 400)      /* not one of the merchant's                                  */ \
    X(NO_KEY, 400)            /* the merchant has no key here, or only blocked or short ones */ \
    X(BAD_SIGNATURE, 400)     /* altered, another key, or a CR in a value                   */ \
    X(URL_REFUSED, 400)       /* field; a literal private address                           */ \
    X(AMOUNT_TOO_LARGE, 400) \
    X(OTHER_AMOUNT, 400)      /* this invoice was shown with another total or wallet        */ \
    X(BUSY, 503)              /* no fault of the shop's: again in a moment                  */
/* clang-format on */
enum webshop_fault {
    WEBSHOP_SOUND,
#define X(name, status) WEBSHOP_##name,
    WEBSHOP_FAULT_MAP(X)
#undef X
        WEBSHOP_FAULTS
};

/* Reads and checks a request's XML, all but who signed it. WEBSHOP_SOUND, or the fault; *field is
 * the element's name then (static text) or "". In any case for webshop_request_free. */
enum webshop_fault webshop_request_read(struct slice xml, struct webshop_request *request,
                                        const char **field);
void webshop_request_free(struct webshop_request *request);

/* Finds the merchant (which is filled in) and checks wallet and signature against the registry as
 * it is now. The keys that may have signed are the merchant's own, numbers 1 to
 * WEBSHOP_KEYS_MAX. */
#define WEBSHOP_KEYS_MAX 4
enum webshop_fault webshop_request_trust(const struct adapter_env *env,
                                         const struct webshop_request *request,
                                         struct registry_merchant *merchant);

/* ---- What the shop is told ---- */

/* X(NAME): the contract's words; numeric shops get the index. */
#define WEBSHOP_STATUS_MAP(X)                                                                      \
    X(SUCCESS)                                                                                     \
    X(ERROR_NO_SUCH_USER)                                                                          \
    X(ERROR_NOT_ENOUGH_MONEY)                                                                      \
    X(ERROR_USER_CANCELED)                                                                         \
    X(ERROR_TIMEOUT)                                                                               \
    X(ERROR_ALREADY_PAID)
enum webshop_status {
#define X(name) WEBSHOP_STATUS_##name,
    WEBSHOP_STATUS_MAP(X)
#undef X
        WEBSHOP_STATUSES
};

/* "SUCCESS". */
const char *webshop_status_name(enum webshop_status status);

/* What the attributes of a checkout's payment say. They are JSON:
 * {"url": "https://...", "version": 2, "auto": true, "buyer": 77072734954, "ending":
 * "ERROR_USER_CANCELED"}; version 0: another than 1 and 2; ending only of a payment that was
 * declined at birth. */
struct webshop_attributes {
    struct slice url;
    enum webshop_version version;
    bool auto_complete;
    uint64_t buyer;             /* login */
    enum webshop_status ending; /* WEBSHOP_STATUS_SUCCESS: none */
};
/* Appends them; the url has no character that JSON would escape (the request's check sees to it).
 */
void webshop_attributes_write(const struct webshop_attributes *attributes, struct buffer *out);
/* url goes into the caller's memory. False: they are not so. */
bool webshop_attributes_read(const struct ledger_payment *payment,
                             char url[WEBSHOP_RESPONSE_URL_MAX + 1],
                             struct webshop_attributes *attributes);

/* ---- What the buyer's pages show ---- */

/* The largest page: a cart whose 64 KiB are all to be escaped, five bytes for one, the request
 * again in base64, and 256 rows. */
#define WEBSHOP_PAGE_MAX (512u << 10)

enum webshop_language { WEBSHOP_RU, WEBSHOP_KK, WEBSHOP_EN, WEBSHOP_LANGUAGES };
/* The best of an Accept-Language header; "" is ru. */
enum webshop_language webshop_language_of(struct slice accept_language);
/* "ru", "kk" or "en". False: none of them. */
bool webshop_language_named(struct slice name, enum webshop_language *language);

/* Where the forms go, each by POST. */
#define WEBSHOP_LOGIN_PATH WEBSHOP_PATH "checkout/login"
#define WEBSHOP_CONFIRM_PATH WEBSHOP_PATH "checkout/confirm"
#define WEBSHOP_CANCEL_PATH WEBSHOP_PATH "checkout/cancel"

/* The fields of our forms. All of them have, hidden, the first three; the language buttons say TO,
 * which goes before LANG. They send the form to where its page came from: the login's to
 * WEBSHOP_REQUEST_PATH, as the shop did; the confirm page's to WEBSHOP_CONFIRM_PATH, without PAY.
 */
#define WEBSHOP_FIELD_REQUEST "webshopRequest" /* the shop's request again, base64     */
#define WEBSHOP_FIELD_STATE "state"            /* the sealed state; the shop sends none */
#define WEBSHOP_FIELD_LANG "lang"              /* the language of the page: ru, kk, en  */
#define WEBSHOP_FIELD_TO "to"                  /* the language to change to             */
#define WEBSHOP_FIELD_LOGIN "login"
#define WEBSHOP_FIELD_PASSWORD "password"
#define WEBSHOP_FIELD_PAY "pay" /* "1": pay; without it the page again, with the balance of now */

/* What every form of ours carries, hidden: the shop's request again (base64), and the sealed state
 * of this checkout, which is its anti-forgery token, too. */
struct page_form {
    struct slice request; /* base64, clean */
    struct slice state;   /* base64url     */
};

/* Why the login page is shown again. */
enum page_login_error {
    LOGIN_FIRST,
    LOGIN_WRONG,   /* login or password: one message                */
    LOGIN_SLOWLY,  /* too many tries: wait_s                        */
    LOGIN_EXPIRED, /* the session's 15 minutes are over, or a stale or foreign form */
    LOGIN_BUSY,    /* too many log-ins at once: again in a moment   */
    LOGIN_BARRED,  /* the password is right, but this client cannot pay: blocked, no wallet, the
                      merchant himself                               */
    LOGIN_UNKNOWN, /* the ledger did not answer in time: again      */
    LOGIN_ERRORS
};

/* What is being paid. */
struct page_order {
    const struct webshop_request *request;
    const char *merchant_name; /* of the registry; NULL or "": none       */
    uint64_t fee;              /* on top of the total: what the buyer pays us */
};

/* Each page_ function appends a whole HTML document in the language. All values are escaped by one
 * function (html.h). Borrowed until return. Links that are not http or https are left out. */
struct page_login {
    struct page_form form;
    struct page_order order;
    struct slice login; /* prefilled */
    enum page_login_error error;
    uint32_t wait_s;
};
void page_login(enum webshop_language language, const struct page_login *page, struct buffer *out);

/* Why the ledger took no payment, as the buyer is told: the confirm page again, with the text on
 * top. X(NAME): texts in texts.h. After NONE, BUSY and UNKNOWN (which is asked again: the same form
 * finds the same payment) there is a button that pays; after the others one that looks again. */
#define PAGE_REFUSAL_MAP(X)                                                                        \
    X(SHORT)         /* not enough money                                    */                     \
    X(UNKNOWN)       /* the node does not know the outcome: ask again        */                    \
    X(BUSY)          /* no room now: nothing happened                        */                    \
    X(WALLET_CLOSED) /* the buyer's; or frozen                               */                    \
    X(OVER_DAY)      /* the buyer's turnover limits                          */                    \
    X(OVER_MONTH)                                                                                  \
    X(SHOP_CANNOT) /* the merchant's wallet cannot take it                   */                    \
    X(INTERNAL)
enum page_refusal {
    REFUSAL_NONE,
#define X(name) REFUSAL_##name,
    PAGE_REFUSAL_MAP(X)
#undef X
        REFUSALS
};
/* DONE and REPLAYED are none; what no well-made command gets is INTERNAL. */
enum page_refusal page_refusal_of(enum ledger_status status);

struct page_confirm {
    struct page_form form;
    struct page_order order;
    struct slice buyer; /* login, shown */
    bool balance_known;
    int64_t balance; /* available now */
    enum page_refusal refusal;
};
void page_confirm(enum webshop_language language, const struct page_confirm *page,
                  struct buffer *out);

/* Waiting for the shop, paid, held for the merchant, declined. With GET and without a form. */
enum page_result_kind {
    RESULT_WAITING, /* the shop was asked and has not answered; the page refreshes itself */
    RESULT_PAID,
    RESULT_RESERVED, /* the merchant finishes it */
    RESULT_CANCELED, /* by the buyer */
    RESULT_SHORT,    /* not enough money */
    RESULT_TIMEOUT,
    RESULT_REFUSED, /* by the shop or the merchant */
    RESULT_ALREADY, /* was paid before */
    RESULT_UNKNOWN, /* the node does not know now; the page refreshes itself */
    RESULTS
};
struct page_result {
    enum page_result_kind kind;
    struct slice shop_name, invoice; /* may be empty */
    uint64_t amount, fee;            /* tiyn; 0: not shown */
    uint64_t transaction;            /* payment id; 0: none */
    struct slice link;               /* back to the shop, or empty */
    /* Path of this page with its '?', as checkout_self writes it; "&lang=kk" is added to it. Empty:
     * it cannot be asked for again, as an answer to a POST; no languages then, and no waiting. */
    struct slice self;
};
void page_result(enum webshop_language language, const struct page_result *page,
                 struct buffer *out);

/* What the shop must mend, or what is wrong with a form of ours (fault WEBSHOP_SOUND: the page is
 * out of date, start again from the shop). field: as webshop_request_read says, or NULL. */
void page_error(enum webshop_language language, enum webshop_fault fault, const char *field,
                struct buffer *out);

/* The header lines of every page, each with \r\n: Content-Security-Policy (nothing but our own
 * style and script, by hash), no-store, nosniff, no referrer, no frames. Browsers hold form-action
 * against redirects, too, so the schemes of the two links that a form's answer may lead to are
 * named; "" for pages without a form. */
void page_headers(struct slice success_link, struct slice failure_link, struct buffer *out);

#endif

/* demo_shop_adapter.c - the demo's shop: an adapter, so that it is served where the node is. It
 * signs with a key of its own and knows of its orders what callbacks say. It asks the node for
 * nothing, and the node treats it as any shop. One for all loops. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/webshop/callback.h"
#include "protocols/webshop/form.h"
#include "protocols/webshop/link.h"
#include "protocols/webshop/shop.h"
#include "switch/clock.h"
#include "switch/demo.h"
#include "switch/demo_shop_page.h"
#include "switch/key_file.h"
#include "switch/node.h"

#define CALLBACK_PATH DEMO_SHOP_PATH "/callback"
#define SHOP_NAME SLICE("Дүкен «Арай»")
#define REQUEST_MAX 16384u /* bytes of the signed request in base64 */
#define ORDERS 1024u       /* of which the shop was told and which it remembers: the latest */
#define TIMEOUT_S 900u
#define MS_NS 1000000u

static const struct {
    const char *code, *name, *description;
    uint32_t count;
    uint64_t cost; /* of one */
} goods[] = {
    {"1001", "Чай чёрный «Арай»", "Листовой, 250 г", 2, 89000},
    {"1002", "Кесе", "Фарфор, с орнаментом", 4, 120000},
    {"1003", "Шоколад «Қазақстан»", "100 г", 1, 69000},
};
#define GOODS (sizeof(goods) / sizeof(goods[0]))

struct order {
    uint64_t number; /* 0: none yet */
    bool paid;       /* else declined */
};

struct shop {
    const struct adapter_env *env;
    struct dsig_private *key;     /* NULL: this is no demo */
    struct dsig_public *node_key; /* who may tell it */
    _Atomic uint64_t last;        /* number of an order: when it was made, in ms, or one more */
    pthread_mutex_t lock;         /* of what follows */
    struct order orders[ORDERS];
    uint32_t next;      /* the place that is written next */
    uint64_t forgotten; /* orders up to this one are not known any more */
};

/* ---- Orders -------------------------------------------------------------------------------- */

static uint64_t new_order(struct shop *shop, uint64_t now_ns) {
    uint64_t now = now_ns / MS_NS, last = atomic_load(&shop->last), number;
    do {
        number = now > last ? now : last + 1;
    } while (!atomic_compare_exchange_weak(&shop->last, &last, number));
    return number;
}

/* The order's place, or where a new one goes. */
static struct order *find_order(struct shop *shop, uint64_t number) {
    for (uint32_t i = 0; i < ORDERS; i++) {
        if (shop->orders[i].number == number) {
            return &shop->orders[i];
        }
    }
    struct order *order = &shop->orders[shop->next];
    shop->next = (shop->next + 1) % ORDERS;
    if (order->number > shop->forgotten) {
        shop->forgotten = order->number;
    }
    *order = (struct order){.number = number};
    return order;
}

/* What was paid stays so. */
static void note_order(struct shop *shop, uint64_t number, bool paid) {
    (void)pthread_mutex_lock(&shop->lock);
    struct order *order = find_order(shop, number);
    order->paid = order->paid || paid;
    (void)pthread_mutex_unlock(&shop->lock);
}

/* CART: the shop does not know that order. back: the buyer comes by the link of those who did not
 * pay, before the shop was told or without that there is anything to be told. */
static enum demo_shop_state look_up(struct shop *shop, uint64_t number, bool back) {
    enum demo_shop_state state = back ? DEMO_SHOP_DECLINED : DEMO_SHOP_WAITING;
    (void)pthread_mutex_lock(&shop->lock);
    if (number <= shop->forgotten || number > atomic_load(&shop->last)) {
        state = DEMO_SHOP_CART;
    }
    for (uint32_t i = 0; state != DEMO_SHOP_CART && i < ORDERS; i++) {
        if (shop->orders[i].number == number) {
            state = shop->orders[i].paid ? DEMO_SHOP_PAID : DEMO_SHOP_DECLINED;
        }
    }
    (void)pthread_mutex_unlock(&shop->lock);
    return state;
}

/* ---- Requests ------------------------------------------------------------------------------ */

static struct slice header(const struct adapter_request *request, struct slice name) {
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (slice_equal_nocase(request->headers[i].name, name)) {
            return request->headers[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

static struct slice field(struct slice fields, const char *name, char *text, size_t max) {
    size_t size = 0;
    bool found = form_find(fields, slice_text(name), text, max, &size) == FORM_FOUND;
    return (struct slice){text, found ? size : 0};
}

/* An order's number. 0: it is none. */
static uint64_t read_number(struct slice text) {
    uint64_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.base[i] < '0' || text.base[i] > '9' || text.size > 18) {
            return 0;
        }
        number = number * 10 + (uint64_t)(text.base[i] - '0');
    }
    return number;
}

static enum webshop_language language_of(const struct adapter_request *request) {
    enum webshop_language language = WEBSHOP_RU;
    char text[4];
    if (!webshop_language_named(field(request->query, "lang", text, sizeof text), &language)) {
        language = webshop_language_of(header(request, SLICE("Accept-Language")));
    }
    return language;
}

static enum adapter_verdict answer_plain(struct adapter_reply *reply, uint32_t status,
                                         const char *text) {
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    buffer_text(reply->body, text);
    return ADAPTER_ANSWERED;
}

/* ---- The cart ------------------------------------------------------------------------------ */

/* What is bought. Returns the total. */
static uint64_t fill_cart(struct webshop_item items[GOODS]) {
    uint64_t total = 0;
    for (size_t i = 0; i < GOODS; i++) {
        items[i] = (struct webshop_item){.code = slice_text(goods[i].code),
                                         .name = slice_text(goods[i].name),
                                         .description = slice_text(goods[i].description),
                                         .cost = goods[i].cost};
        (void)snprintf(items[i].quantity, sizeof items[i].quantity, "%u", goods[i].count);
        total += goods[i].count * goods[i].cost;
    }
    return total;
}

static const char *const languages[WEBSHOP_LANGUAGES] = {
    [WEBSHOP_RU] = "ru", [WEBSHOP_KK] = "kk", [WEBSHOP_EN] = "en"};

/* Where the buyer comes back to: by the name under which the browser knows the node. */
static struct slice make_link(const struct shop *shop, const struct adapter_request *request,
                              uint64_t order, const char *back, char text[WEBSHOP_LINK_MAX]) {
    const char *tail_format = DEMO_SHOP_PATH "?order=%llu&lang=%s%s";
    const char *language = languages[language_of(request)];
    struct slice host = header(request, SLICE("Host"));
    char tail[96];
    struct link link;
    (void)snprintf(tail, sizeof tail, tail_format, (unsigned long long)order, language, back);
    int size = snprintf(text, WEBSHOP_LINK_MAX, "%s://%.*s%s", request->secure ? "https" : "http",
                        (int)(host.size < 256 ? host.size : 0), host.base, tail);
    if (!link_read((struct slice){text, (size_t)size}, &link)) {
        size = snprintf(text, WEBSHOP_LINK_MAX, "http://127.0.0.1:%u%s",
                        (unsigned)node_http_port(shop->env->node), tail);
    }
    return (struct slice){text, (size_t)size};
}

/* Appends the order as the shop signs it. False: the library failed. */
static bool sign_order(const struct shop *shop, const struct adapter_request *http, uint64_t order,
                       struct buffer *out) {
    char invoice[24], url[64], success[WEBSHOP_LINK_MAX], failure[WEBSHOP_LINK_MAX];
    struct webshop_request request = {.shop_name = SHOP_NAME,
                                      .merchant = DEMO_MERCHANT,
                                      .wallet = DEMO_MERCHANT,
                                      .item_count = GOODS,
                                      .version = WEBSHOP_VERSION_2,
                                      .timeout_s = TIMEOUT_S,
                                      .auto_complete = true};
    (void)snprintf(invoice, sizeof invoice, "%llu", (unsigned long long)order);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u" CALLBACK_PATH,
                   (unsigned)node_http_port(shop->env->node));
    request.invoice = slice_text(invoice);
    request.response_url = slice_text(url);
    request.success_link = make_link(shop, http, order, "", success);
    request.failure_link = make_link(shop, http, order, "&back=1", failure);
    request.total = fill_cart(request.items);
    return shop_request_write(shop->key, DSIG_SHA256, &request, out);
}

/* ---- Pages --------------------------------------------------------------------------------- */

static void write_page(const struct shop *shop, const struct adapter_request *request,
                       uint64_t order, enum demo_shop_state state, struct adapter_reply *reply) {
    struct webshop_item items[GOODS];
    char invoice[24], self[96] = DEMO_SHOP_PATH "?";
    struct buffer signed_order;
    buffer_init(&signed_order, REQUEST_MAX);
    if (state == DEMO_SHOP_CART && !sign_order(shop, request, order, &signed_order)) {
        reply->body->failed = true;
    }
    (void)snprintf(invoice, sizeof invoice, "%llu", (unsigned long long)order);
    if (state != DEMO_SHOP_CART) {
        (void)snprintf(self, sizeof self, DEMO_SHOP_PATH "?order=%s&%s", invoice,
                       state == DEMO_SHOP_DECLINED ? "back=1&" : "");
    }
    struct demo_shop_page page = {.state = state,
                                  .shop_name = SHOP_NAME,
                                  .invoice = slice_text(invoice),
                                  .items = items,
                                  .item_count = GOODS,
                                  .request = {signed_order.base, signed_order.used},
                                  .login = slice_text(DEMO_BUYER_TEXT),
                                  .password = slice_text(DEMO_BUYER_PASSWORD),
                                  .self = slice_text(self)};
    page.total = fill_cart(items);
    reply->status = 200;
    reply->content_type = "text/html; charset=utf-8";
    demo_shop_headers(reply->headers);
    demo_shop_page(language_of(request), &page, reply->body);
    buffer_free(&signed_order);
}

/* An order that is not known any more is nobody's: there is a new cart. */
static enum adapter_verdict show(struct shop *shop, const struct adapter_request *request,
                                 struct adapter_reply *reply) {
    char text[24], back[4];
    uint64_t order = read_number(field(request->query, "order", text, sizeof text));
    bool is_back = field(request->query, "back", back, sizeof back).size > 0;
    enum demo_shop_state state = look_up(shop, order, is_back);
    if (state == DEMO_SHOP_CART) {
        order = new_order(shop, request->received_ns);
    }
    write_page(shop, request, order, state, reply);
    return ADAPTER_ANSWERED;
}

/* ---- Callbacks ----------------------------------------------------------------------------- */

static enum adapter_verdict be_told(struct shop *shop, const struct adapter_request *request,
                                    struct adapter_reply *reply) {
    struct shop_news news;
    if (!shop_news_read(shop->node_key, request->body, &news)) {
        return answer_plain(reply, 403, "this is not what the node has signed\n");
    }
    uint64_t order = read_number(slice_text(news.invoice));
    if (order > 0) {
        note_order(shop, order,
                   news.status == WEBSHOP_STATUS_SUCCESS ||
                       news.status == WEBSHOP_STATUS_ERROR_ALREADY_PAID);
    }
    reply->status = 200;
    reply->content_type = "application/xml; charset=utf-8";
    buffer_text(reply->body, SHOP_DONE);
    return ADAPTER_ANSWERED;
}

/* ---- The adapter --------------------------------------------------------------------------- */

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    const struct shop *shop = context;
    bool callback = slice_equal(request->path, SLICE(CALLBACK_PATH));
    (void)writer, (void)note;
    if (shop->key == NULL || (!callback && !slice_equal(request->path, SLICE(DEMO_SHOP_PATH)))) {
        return answer_plain(reply, 404, "there is no such page\n");
    }
    if (!slice_equal(request->method, callback ? SLICE("POST") : SLICE("GET"))) {
        buffer_text(reply->headers, callback ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n");
        return answer_plain(reply, 405, callback ? "POST it\n" : "GET it\n");
    }
    return ADAPTER_WORK; /* signatures */
}

static enum adapter_verdict work(void *context, struct adapter_work *work,
                                 struct ledger_writer *writer, struct adapter_reply *reply) {
    struct shop *shop = context;
    const struct adapter_request *request = &work->request;
    (void)writer;
    return slice_equal(request->path, SLICE(CALLBACK_PATH)) ? be_told(shop, request, reply)
                                                            : show(shop, request, reply);
}

static void fini(void *context) {
    struct shop *shop = context;
    dsig_private_free(shop->key);
    dsig_public_free(shop->node_key);
    (void)pthread_mutex_destroy(&shop->lock);
    free(shop);
}

/* Reads a file of the demo's folder; a NUL is behind it. */
static bool read_file(const char *folder, const char *name, struct buffer *text) {
    char path[CONFIG_PATH_MAX + 32], why[KEY_FILE_WHY];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    text->used = 0;
    bool good = key_file_read(path, text, why) == 0;
    buffer_append(text, "", 1);
    return good && !text->failed;
}

static bool read_keys(struct shop *shop, const char *folder) {
    uint8_t der[REGISTRY_KEY_DER_MAX];
    struct buffer text;
    buffer_init(&text, KEY_FILE_MAX + 1);
    if (read_file(folder, DEMO_SHOP_KEY, &text)) {
        shop->key = dsig_private_read(text.base);
    }
    if (read_file(folder, DEMO_NODE_PUBLIC_KEY, &text)) {
        size_t size = dsig_public_pem((struct slice){text.base, text.used - 1}, der, sizeof der);
        shop->node_key = size == 0 ? NULL : dsig_public_read(der, size);
    }
    buffer_free(&text);
    return shop->key != NULL && shop->node_key != NULL;
}

static int init(void **context, const struct adapter_env *env) {
    const char *folder = env->settings->demo;
    struct shop *shop = calloc(1, sizeof *shop);
    if (shop == NULL) {
        return -1;
    }
    shop->env = env;
    shop->forgotten = clock_wall_ns() / MS_NS;
    atomic_init(&shop->last, shop->forgotten);
    (void)pthread_mutex_init(&shop->lock, NULL);
    if (folder != NULL && (xml_start() != 0 || !read_keys(shop, folder))) {
        fini(shop);
        return -1;
    }
    *context = shop;
    return 0;
}

static const char *const kept_headers[] = {"Host", "Accept-Language", NULL};

const struct adapter demo_shop_adapter = {
    .name = "demo_shop",
    .path_prefix = DEMO_SHOP_PATH,
    .body_max = CALLBACK_BODY_MAX,
    .body_stranger_max = CALLBACK_BODY_MAX,
    .kept_headers = kept_headers,
    .one_context = true,
    .init = init,
    .fini = fini,
    .decode = decode,
    .work = work, /* it answers all: there is nothing to encode */
};

/* http_client.c - libcurl says which sockets and which time it waits for, libuv waits for them. */
#include "switch/http_client.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "switch/assert.h"
#include "switch/limits.h"

/* Some of the requests. libcurl looks for an open connection by going through all that there are to
 * the host: with thousands of them that would cost more than the requests. */
struct http_group {
    struct http_client *client;
    CURLM *multi;
    uv_timer_t timer;
};

struct http_client {
    uv_loop_t *loop;
    uint32_t next; /* ask: how many were opened */
    uint32_t open; /* groups                    */
    uint32_t group_count;
    struct http_group groups[]; /* [group_count] */
};

/* A socket that libcurl waits for. */
struct http_socket {
    uv_poll_t poll;
    struct http_group *group;
    curl_socket_t fd;
};

struct http_ask {
    struct http_group *group;
    const struct http_target *target;
    CURL *easy;
    bool running;
    bool refused; /* an address was not connected to  */
    bool cut;     /* the answer's body was longer     */
    struct buffer body;
    struct curl_slist *headers;                           /* the target's                      */
    struct curl_slist first[2 + HTTP_CLIENT_HEADERS_MAX]; /* the request's own, in front of it */
    char content_type[HTTP_CLIENT_TYPE_MAX];
    void (*done)(void *context, const struct http_ask_answer *answer);
    void *context;
};

int http_client_start(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

/* ---- The loop ------------------------------------------------------------------------------ */

static void finish(struct http_ask *ask, CURLcode code) {
    struct http_ask_answer answer = {.why = curl_easy_strerror(code)};
    long status = 0;
    curl_off_t total_us = 0;
    (void)curl_easy_getinfo(ask->easy, CURLINFO_TOTAL_TIME_T, &total_us);
    answer.latency_us = total_us < 0 ? 0 : (uint64_t)total_us;
    if (code != CURLE_OK && ask->refused) {
        answer.why = "its address is not a public one, nor in callback_allow";
    } else if (code == CURLE_WRITE_ERROR && !ask->cut) {
        answer.why = "the answer is too long";
    } else if (code == CURLE_OK || ask->cut) {
        (void)curl_easy_getinfo(ask->easy, CURLINFO_RESPONSE_CODE, &status);
        answer.status = status > 0 && status < 1000 ? (uint32_t)status : 0;
        answer.body = (struct slice){ask->body.base, ask->body.used};
    }
    ask->running = false;
    CURLMcode removed = curl_multi_remove_handle(ask->group->multi, ask->easy);
    ASSERT(removed == CURLM_OK);
    ask->done(ask->context, &answer);
}

/* Those that ended. */
static void reap(struct http_group *group) {
    CURLMsg *message = NULL;
    int left = 0;
    while ((message = curl_multi_info_read(group->multi, &left)) != NULL) {
        struct http_ask *ask = NULL;
        ASSERT(message->msg == CURLMSG_DONE);
        CURLcode code = message->data.result; /* gone with the handle's removal */
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &ask);
        finish(ask, code);
    }
}

static void act(struct http_group *group, curl_socket_t fd, int events) {
    int running = 0;
    CURLMcode code = curl_multi_socket_action(group->multi, fd, events, &running);
    ASSERT(code == CURLM_OK); /* else it was given a wrong handle */
    reap(group);
}

static void on_ready(uv_poll_t *handle, int status, int events) {
    const struct http_socket *socket = handle->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    flags |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    act(socket->group, socket->fd, flags);
}

static void on_time(uv_timer_t *handle) {
    act(handle->data, CURL_SOCKET_TIMEOUT, 0);
}

static int set_time(CURLM *multi, long timeout_ms, void *context) {
    struct http_group *group = context;
    (void)multi;
    if (timeout_ms < 0) {
        return uv_timer_stop(&group->timer);
    }
    return uv_timer_start(&group->timer, on_time, (uint64_t)timeout_ms, 0);
}

static void free_socket(uv_handle_t *handle) {
    free(handle->data);
}

static struct http_socket *new_socket(struct http_group *group, curl_socket_t fd) {
    struct http_socket *socket = calloc(1, sizeof(*socket));
    ASSERT(socket != NULL); /* a refusal here would be the end of all requests, now and later */
    socket->group = group;
    socket->fd = fd;
    int rc = uv_poll_init_socket(group->client->loop, &socket->poll, fd);
    ASSERT(rc == 0);
    socket->poll.data = socket;
    return socket;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *place) {
    struct http_group *group = context;
    struct http_socket *socket = place;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (socket != NULL) {
            (void)curl_multi_assign(group->multi, fd, NULL);
            uv_close((uv_handle_t *)&socket->poll, free_socket);
        }
        return 0;
    }
    if (socket == NULL) {
        socket = new_socket(group, fd);
        (void)curl_multi_assign(group->multi, fd, socket);
    }
    int events = (what & CURL_POLL_IN) != 0 ? UV_READABLE : 0;
    events |= (what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0;
    return uv_poll_start(&socket->poll, events, on_ready);
}

/* kept: connections that stay open for the next request. */
static bool open_group(struct http_client *client, struct http_group *group, uint32_t kept) {
    CURLM *multi = curl_multi_init();
    if (multi == NULL || uv_timer_init(client->loop, &group->timer) != 0) {
        (void)curl_multi_cleanup(multi);
        return false;
    }
    client->open++;
    group->client = client;
    group->multi = multi;
    group->timer.data = group;
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, group);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_time);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, group);
    (void)curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)kept);
    return true;
}

struct http_client *http_client_open(uv_loop_t *loop, uint32_t asks_max) {
    uint32_t asks = asks_max < 1 ? 1 : asks_max;
    uint32_t groups = (asks + HTTP_CLIENT_GROUP - 1) / HTTP_CLIENT_GROUP;
    struct http_client *client = calloc(1, sizeof(*client) + groups * sizeof(client->groups[0]));
    if (client == NULL) {
        return NULL;
    }
    client->loop = loop;
    while (client->group_count < groups) {
        if (!open_group(client, &client->groups[client->group_count],
                        (asks + groups - 1) / groups)) {
            http_client_close(client);
            return NULL;
        }
        client->group_count++;
    }
    return client;
}

static void free_client(uv_handle_t *handle) {
    const struct http_group *group = handle->data;
    if (--group->client->open == 0) {
        free(group->client);
    }
}

void http_client_close(struct http_client *client) {
    if (client == NULL) {
        return;
    }
    if (client->open == 0) { /* no group could be made */
        free(client);
        return;
    }
    for (uint32_t i = 0; i < client->group_count; i++) {
        CURLMcode code = curl_multi_cleanup(client->groups[i].multi);
        ASSERT(code == CURLM_OK);
        uv_close((uv_handle_t *)&client->groups[i].timer, free_client);
    }
}

/* ---- One request --------------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    struct http_ask *ask = context;
    const size_t room = HTTP_CLIENT_ANSWER_MAX - ask->body.used;
    ask->cut = ask->target->cuts_answers && size * count > room;
    buffer_append(&ask->body, bytes, ask->cut ? room : size * count);
    ask->cut = ask->cut && !ask->body.failed;
    return ask->cut || ask->body.failed ? 0 : size * count; /* 0: enough */
}

static bool is_allowed(const struct http_target *target, const struct sockaddr *address) {
    uint8_t bytes[ADDRESS_BYTES];
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        address_of_ipv4((const uint8_t *)&v4->sin_addr, bytes);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        memcpy(bytes, &v6->sin6_addr, sizeof(bytes));
    } else {
        return false;
    }
    return address_public(bytes) || (target->allow != NULL && networks_have(target->allow, bytes));
}

/* Just before it connects: names were resolved. */
static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
    struct http_ask *ask = context;
    (void)purpose;
    if (!is_allowed(ask->target, &address->addr)) {
        ask->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What all requests of the target have in common. */
static bool set_target(const struct http_ask *ask) {
    const struct http_target *target = ask->target;
    CURL *easy = ask->easy;
    CURLcode code = CURLE_OK;
#define SET(option, value) code = code == CURLE_OK ? curl_easy_setopt(easy, option, value) : code
    SET(CURLOPT_PRIVATE, ask);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, ask);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_BUFFERSIZE, (long)HTTP_CLIENT_READ_BYTES);
    SET(CURLOPT_QUICK_EXIT, 1L); /* else a time-out waits for the thread that resolves a name */
    SET(CURLOPT_USERAGENT, "tiyn");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)target->connect_timeout_ms);
    if (target->public_only) {
        SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
        SET(CURLOPT_OPENSOCKETDATA, ask);
    }
    if (target->basic_auth != NULL) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERPWD, target->basic_auth);
    }
    if (target->client_cert != NULL) {
        SET(CURLOPT_SSLCERT, target->client_cert);
        SET(CURLOPT_SSLKEY, target->client_key);
    }
    if (target->ca_file != NULL) {
        SET(CURLOPT_CAINFO, target->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
#undef SET
    return code == CURLE_OK;
}

static bool add_headers(struct http_ask *ask) {
    const char *const *line = ask->target->headers;
    for (; line != NULL && *line != NULL; line++) {
        struct curl_slist *longer = curl_slist_append(ask->headers, *line);
        if (longer == NULL) {
            return false;
        }
        ask->headers = longer;
    }
    return true;
}

struct http_ask *http_ask_open(struct http_client *client, const struct http_target *target) {
    struct http_ask *ask = calloc(1, sizeof(*ask));
    if (ask == NULL) {
        return NULL;
    }
    /* One group after the other is filled: libcurl does more at a time for those of one group. */
    ask->group = &client->groups[client->next++ / HTTP_CLIENT_GROUP % client->group_count];
    ask->target = target;
    ask->easy = curl_easy_init();
    buffer_init(&ask->body, HTTP_CLIENT_ANSWER_MAX);
    if (ask->easy == NULL || !add_headers(ask) || !set_target(ask)) {
        http_ask_close(ask);
        return NULL;
    }
    return ask;
}

/* The method, and the headers that go with it. */
static CURLcode set_method(struct http_ask *ask, const struct http_ask_request *request) {
    static char no_expect[] = "Expect:"; /* no wait for a "100 Continue" */
    const char *const *own = request->headers;
    uint32_t count = 0;
    ask->first[count++] = (struct curl_slist){ask->content_type, NULL};
    ask->first[count++] = (struct curl_slist){no_expect, NULL};
    for (; own != NULL && *own != NULL; own++) {
        ASSERT(count < sizeof(ask->first) / sizeof(ask->first[0]));
        ask->first[count++] = (struct curl_slist){(char *)(uintptr_t)*own, NULL}; /* only read */
    }
    for (uint32_t i = 0; i < count; i++) {
        ask->first[i].next = i + 1 < count ? &ask->first[i + 1] : ask->headers;
    }
    const char *type = request->content_type;
    (void)snprintf(ask->content_type, sizeof(ask->content_type), "Content-Type:%s%s",
                   type == NULL ? "" : " ", type == NULL ? "" : type);
    bool post = strcmp(request->method, "POST") == 0;
    ASSERT(post || strcmp(request->method, "GET") == 0);
    if (!post) {
        CURLcode code = curl_easy_setopt(ask->easy, CURLOPT_HTTPGET, 1L);
        return code != CURLE_OK ? code
                                : curl_easy_setopt(ask->easy, CURLOPT_HTTPHEADER, ask->headers);
    }
    const char *body = request->body.size == 0 ? "" : request->body.base;
    CURLcode code = curl_easy_setopt(ask->easy, CURLOPT_POST, 1L);
    code = code != CURLE_OK ? code
                            : curl_easy_setopt(ask->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                               (curl_off_t)request->body.size);
    code = code != CURLE_OK ? code : curl_easy_setopt(ask->easy, CURLOPT_POSTFIELDS, body);
    return code != CURLE_OK ? code : curl_easy_setopt(ask->easy, CURLOPT_HTTPHEADER, ask->first);
}

/* Forgets the last answer; keeps memory for an ordinary one. */
static void clear_body(struct http_ask *ask) {
    if (ask->body.size > HTTP_CLIENT_KEEP_BYTES) {
        buffer_free(&ask->body);
        buffer_init(&ask->body, HTTP_CLIENT_ANSWER_MAX);
    }
    ask->body.used = 0;
    ask->body.failed = false;
}

int http_ask_start(struct http_ask *ask, const struct http_ask_request *request,
                   void (*done)(void *context, const struct http_ask_answer *answer),
                   void *context) {
    ASSERT(!ask->running);
    uint32_t timeout_ms = ask->target->total_timeout_ms;
    if (request->timeout_ms != 0 && request->timeout_ms < timeout_ms) {
        timeout_ms = request->timeout_ms;
    }
    clear_body(ask);
    ask->refused = ask->cut = false;
    ask->done = done;
    ask->context = context;
    if (curl_easy_setopt(ask->easy, CURLOPT_URL, request->url) != CURLE_OK ||
        curl_easy_setopt(ask->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms) != CURLE_OK ||
        set_method(ask, request) != CURLE_OK ||
        curl_multi_add_handle(ask->group->multi, ask->easy) != CURLM_OK) {
        return -1;
    }
    ask->running = true;
    return 0;
}

void http_ask_close(struct http_ask *ask) {
    if (ask == NULL) {
        return;
    }
    if (ask->running) {
        (void)curl_multi_remove_handle(ask->group->multi, ask->easy);
    }
    curl_easy_cleanup(ask->easy);
    curl_slist_free_all(ask->headers);
    buffer_free(&ask->body);
    free(ask);
}

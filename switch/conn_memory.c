/* conn_memory.c - what connections make the node hold: places, requests that are not whole, answers
 * that are not sent. Strangers may fill what is theirs, and no more. */
#include <string.h>

#include "switch/assert.h"
#include "switch/conn.h"
#include "switch/limits.h"
#include "switch/loop.h"

static const size_t pot_max[CONN_POT_KINDS][2] = {
    [CONN_PARTIAL] = {LOOP_PARTIAL_STRANGER_BYTES, LOOP_PARTIAL_BYTES},
    [CONN_UNSENT] = {LOOP_UNSENT_STRANGER_BYTES, LOOP_UNSENT_BYTES},
};

bool conn_admit(struct loop_shared *shared, enum metrics_listener listener) {
    uint32_t max = shared->connections_max, kept = max / 8;
    kept = kept < CONN_PLACES_KEPT ? kept : CONN_PLACES_KEPT;
    bool operator= listener == METRICS_UNIX;
    uint32_t all = operator? max + CONN_PLACES_OPERATOR : max;
    if (atomic_fetch_add(&shared->connections_of[listener], 1) >= (operator? all : max - kept)) {
        atomic_fetch_sub(&shared->connections_of[listener], 1);
        return false;
    }
    if (atomic_fetch_add(&shared->connections, 1) >= all) {
        conn_leave(shared, listener);
        return false;
    }
    return true;
}

void conn_leave(struct loop_shared *shared, enum metrics_listener listener) {
    atomic_fetch_sub(&shared->connections, 1);
    atomic_fetch_sub(&shared->connections_of[listener], 1);
}

void conn_pot_init(struct conn_pot *pot) {
    *pot = (struct conn_pot){.first = CALL_NONE, .last = CALL_NONE};
}

static struct conn_share *share_at(struct loop *loop, uint32_t place, enum conn_pot_kind kind) {
    return &loop->conns.conns[place].shares[kind];
}

static void list_out(struct conn *conn, struct conn_pot *pot, enum conn_pot_kind kind) {
    const struct conn_share *share = &conn->shares[kind];
    if (share->earlier == CALL_NONE) {
        pot->first = share->later;
    } else {
        share_at(conn->loop, share->earlier, kind)->later = share->later;
    }
    if (share->later == CALL_NONE) {
        pot->last = share->earlier;
    } else {
        share_at(conn->loop, share->later, kind)->earlier = share->earlier;
    }
}

static void list_in(struct conn *conn, struct conn_pot *pot, enum conn_pot_kind kind) {
    struct conn_share *share = &conn->shares[kind];
    uint32_t place = conn_place(conn);
    share->earlier = pot->last;
    share->later = CALL_NONE;
    if (pot->last == CALL_NONE) {
        pot->first = place;
    } else {
        share_at(conn->loop, pot->last, kind)->later = place;
    }
    pot->last = place;
}

/* Who goes when a pot is over its bound: of those that did nothing for longest, the first that owes
 * more than a little. A peer whose few bytes wait for the end of this turn is not what fills it. */
static struct conn *victim(struct loop *loop, const struct conn_pot *pot, enum conn_pot_kind kind) {
    uint32_t place = pot->first;
    ASSERT(place != CALL_NONE);
    for (unsigned looks = 0; kind == CONN_UNSENT && looks < CONN_VICTIM_LOOKS; looks++) {
        struct conn *conn = &loop->conns.conns[place];
        size_t unsent = conn->sending_left + conn->held_bytes;
        unsent += conn->out == NULL ? 0 : conn->out->used;
        if (unsent > CONN_UNSENT_LITTLE) {
            return conn;
        }
        place = conn->shares[kind].later;
        if (place == CALL_NONE) {
            break;
        }
    }
    return &loop->conns.conns[pot->first];
}

void conn_share_set(struct conn *conn, enum conn_pot_kind kind, size_t bytes, bool touch) {
    struct loop *loop = conn->loop;
    struct conn_share *share = &conn->shares[kind];
    bool known = conn->grant != NULL;
    if (share->bytes == bytes && (bytes == 0 || (share->known == known && !touch))) {
        return;
    }
    if (share->bytes > 0) {
        struct conn_pot *pot = &loop->pots[kind][share->known];
        ASSERT(pot->bytes >= share->bytes);
        pot->bytes -= share->bytes;
        if (bytes > 0 && share->known == known && !touch) { /* it keeps its turn */
            share->bytes = bytes;
            pot->bytes += bytes;
        } else {
            list_out(conn, pot, kind);
            share->bytes = 0;
        }
    }
    struct conn_pot *pot = &loop->pots[kind][known];
    if (bytes > 0 && share->bytes == 0) {
        share->bytes = bytes;
        share->known = known;
        pot->bytes += bytes;
        list_in(conn, pot, kind);
    }
    while (pot->bytes > pot_max[kind][known]) {
        metrics_add(&loop->metrics->evicted, 1);
        conn_close(victim(loop, pot, kind)); /* which gives its share back */
    }
}

void conn_count_unsent(struct conn *conn) {
    size_t bytes = conn->held_bytes;
    bytes += conn->out == NULL ? 0 : conn->out->size;
    bytes += conn->sending == NULL ? 0 : conn->sending->size;
    conn_share_set(conn, CONN_UNSENT, bytes, false);
}

void conn_drop_input(struct conn *conn) {
    if (conn->in != NULL) {
        pool_give(&conn->loop->pool, conn->in);
        conn->in = NULL;
        conn_share_set(conn, CONN_PARTIAL, 0, false);
    }
}

void conn_keep(struct conn *conn, const char *rest, size_t size, bool used) {
    struct loop *loop = conn->loop;
    if (size == 0) {
        conn_drop_input(conn);
        conn->partial_ns = 0;
        conn->trickles = false;
        return;
    }
    if (conn->in == NULL) {
        conn->in = pool_take(&loop->pool, RPC_FRAME_MAX + LOOP_READ_BYTES);
        if (conn->in == NULL) {
            conn_close(conn);
            return;
        }
        buffer_append(conn->in, rest, size);
    } else {
        if (rest != conn->in->base) {
            memmove(conn->in->base, rest, size); /* which is in there, further behind */
        }
        conn->in->used = size;
    }
    if (conn->in->failed) {
        metrics_add(&loop->metrics->busy, 1);
        conn_close(conn);
        return;
    }
    if (conn->grant == NULL) {
        pool_trim(conn->in); /* what was a gateway's buffer may be large */
    }
    if (used || conn->partial_ns == 0) {
        conn->partial_ns = loop->now_ns;
    }
    conn_share_set(conn, CONN_PARTIAL, conn->in->size, true);
}

/* throttle_race.c - many who try passwords of the same logins at the same time, on threads of
 * workers: however they meet, no more of them go on than of one who tries them one by one. */
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>

#include "protocols/webshop/throttle.h"
#include "tests/lib/require.h"

#define THREADS 8
#define LOGINS 200
#define TRIES 20 /* of each thread, of each login */
#define NOW 1700000000000000000ull

static struct throttle *throttle;
static pthread_barrier_t ready;
static _Atomic uint32_t went_on[LOGINS];

static void *try_all(void *argument) {
    char address[32]; /* each thread is another one, and has another address for each try */
    (void)pthread_barrier_wait(&ready);
    for (unsigned login = 0; login < LOGINS; login++) {
        for (unsigned i = 0; i < TRIES; i++) {
            (void)snprintf(address, sizeof address, "10.%u.%u.%u", *(unsigned *)argument, login, i);
            const struct throttle_who who = {login + 1, slice_text(address)};
            if (throttle_try(throttle, &who, NOW) == 0)
                (void)atomic_fetch_add(&went_on[login], 1);
        }
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    unsigned numbers[THREADS];
    REQUIRE(sodium_init() >= 0);
    throttle = throttle_new(randombytes_buf);
    REQUIRE(throttle != NULL);
    REQUIRE(pthread_barrier_init(&ready, NULL, THREADS) == 0);
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        REQUIRE(pthread_create(&threads[i], NULL, try_all, &numbers[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        REQUIRE(pthread_join(threads[i], NULL) == 0);
    for (unsigned login = 0; login < LOGINS; login++)
        REQUIRE(went_on[login] == THROTTLE_LOGIN_FREE);
    throttle_free(throttle);
    REQUIRE(pthread_barrier_destroy(&ready) == 0);
    return 0;
}

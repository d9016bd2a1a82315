/* key_cache_race.c - threads that take and give partners' keys at once: each gets the key whose
 * bytes it asked for, and none is freed while it is in use. */
#include <pthread.h>
#include <string.h>

#include "protocols/agent_soap/key_cache.h"
#include "tests/lib/require.h"

enum { THREADS = 4, KEYS = 2, ROUNDS = 3000 };

static uint8_t keys[KEYS][1024];
static size_t sizes[KEYS];
static const uint32_t bits[KEYS] = {2048, 3072};
static struct key_cache *cache;

static void *take_and_give(void *context) {
    (void)context;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct key_lease one, other;
        uint32_t key = i % KEYS;
        struct slice der = {(const char *)keys[key], sizes[key]};
        REQUIRE(key_cache_take(cache, der, &one));
        REQUIRE(key_cache_take(cache, der, &other));
        REQUIRE(dsig_public_bits(one.key) == bits[key]);
        REQUIRE(dsig_public_bits(other.key) == bits[key]);
        key_cache_give(cache, &one);
        key_cache_give(cache, &other);
        if (i % 100 == 0) /* what is no key is refused, and leaves nothing */
            REQUIRE(!key_cache_take(cache, (struct slice){"no key", 6}, &one));
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    REQUIRE(xml_start() == 0);
    cache = key_cache_new();
    REQUIRE(cache != NULL);
    for (int i = 0; i < KEYS; i++) {
        struct buffer private_pem, public_pem;
        buffer_init(&private_pem, 1 << 14);
        buffer_init(&public_pem, 1 << 14);
        REQUIRE(dsig_key_make(bits[i], &private_pem, &public_pem));
        sizes[i] = dsig_public_pem((struct slice){public_pem.base, public_pem.used}, keys[i],
                                   sizeof keys[i]);
        REQUIRE(sizes[i] > 0);
        buffer_free(&private_pem);
        buffer_free(&public_pem);
    }
    for (int i = 0; i < THREADS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, take_and_give, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        REQUIRE(pthread_join(threads[i], NULL) == 0);
    key_cache_free(cache);
    return 0;
}

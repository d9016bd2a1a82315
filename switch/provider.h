/* provider.h - a provider of the config: where it is, in which dialect it speaks, and what it is
 * shown. Made by the config before other threads start; read-only after: then any thread. */
#ifndef SWITCH_PROVIDER_H
#define SWITCH_PROVIDER_H

#include "protocols/outbound.h"

#define PROVIDERS_MAX 64
#define PROVIDER_NAME_MAX 32          /* bytes, with its NUL                                  */
#define PROVIDER_PATH_MAX 512         /* bytes of a path, with its NUL                        */
#define PROVIDER_URL_MAX 200          /* bytes of a URL, with its NUL                         */
#define PROVIDER_AUTH_MAX 256         /* bytes of "user:password", with its NUL               */
#define PROVIDER_HEADERS_BYTES 4096   /* bytes of the headers' lines, with their NULs         */
#define PROVIDER_HEADERS_MAX 16       /* lines                                                */
#define PROVIDER_CONCURRENCY_MAX 8192 /* requests at once: 5,000 in flight, and room          */

struct provider {
    char name[PROVIDER_NAME_MAX];
    uint32_t number; /* that services and deliveries name it by */
    uint32_t concurrency, connect_timeout_ms, total_timeout_ms;
    char profile[PROVIDER_PATH_MAX]; /* the path of a file, or the name of one that the node has */
    char base_url[PROVIDER_URL_MAX];
    char basic_auth[PROVIDER_AUTH_MAX];                                 /* "": none. Secret */
    char client_cert[PROVIDER_PATH_MAX], client_key[PROVIDER_PATH_MAX]; /* "": none            */
    char ca_file[PROVIDER_PATH_MAX];                                    /* "": the system's    */
    char headers[PROVIDER_HEADERS_BYTES]; /* lines, each with a NUL behind. Secret             */
    uint16_t header_at[PROVIDER_HEADERS_MAX]; /* where each begins                             */
    uint32_t header_count;
};

/* Reads the provider's profile anew. NULL: why[why_size] says what is wrong, with file and line. */
struct checkpay_profile *provider_profile(const struct provider *provider, char *why,
                                          size_t why_size);

/* The same of a file; base_url NULL: for networks that call us. */
struct checkpay_profile *provider_profile_file(const char *path, const char *base_url, char *why,
                                               size_t why_size);

/* A profile that comes with the node, embedded at build. */
struct provider_shipped {
    const char *name, *text;
    size_t size;
};
extern const struct provider_shipped provider_shipped[]; /* the last one has no name */

#endif

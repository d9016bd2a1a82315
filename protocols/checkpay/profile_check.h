/* profile_check.h - what must hold of a profile as a whole. Pure; any thread. */
#ifndef PROTOCOLS_CHECKPAY_PROFILE_CHECK_H
#define PROTOCOLS_CHECKPAY_PROFILE_CHECK_H

#include "protocols/checkpay/profile_keys.h"

/* Where things stand; 0: they are not there. */
struct profile_lines {
    uint32_t section[SECTIONS], key[PROFILE_KEYS_MAX], other;
};

/* Sets the sides that it tells of, and what follows from what was said. False: *fault. */
bool profile_check(struct checkpay_profile *profile, const struct profile_lines *lines,
                   struct outbound_fault *fault);
/* Sets the provider's base URL. NULL: the profile is for those who call us. */
bool profile_base(struct checkpay_profile *profile, const char *base_url,
                  struct outbound_fault *fault);

#endif

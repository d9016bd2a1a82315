/* profile_keys.h - the keys of a profile: one table drives setting, checking and messages. Pure;
 * any thread. */
#ifndef PROTOCOLS_CHECKPAY_PROFILE_KEYS_H
#define PROTOCOLS_CHECKPAY_PROFILE_KEYS_H

#include "protocols/checkpay/profile.h"

#define PROFILE_WHY_MAX 160 /* bytes of a reason, with NUL */
#define PROFILE_KEYS_MAX 64 /* keys in the table           */

enum profile_section {
    SECTION_NONE, /* before the first header */
    SECTION_DIALECT,
    SECTION_CHECK, /* keys are parameters' names, and free */
    SECTION_PAY,   /* as well                              */
    SECTION_ANSWER,
    SECTION_CODES, /* keys are numbers, and "other" */
    SECTION_FIELDS,
    SECTION_INBOUND,
    SECTION_OUTCOMES,
    SECTIONS
};
extern const char *const profile_sections[SECTIONS]; /* "dialect"; of NONE "" */

enum profile_type {
    KEY_CHOICE,    /* uint32_t, by index of `choices`                     */
    KEY_NUMBER,    /* uint32_t, low..high                                 */
    KEY_NAME,      /* char[CHECKPAY_NAME_MAX]: letters, digits, _ . - @ # */
    KEY_TEMPLATE,  /* char[CHECKPAY_TEXT_MAX]                             */
    KEY_LABEL,     /* char[OUTBOUND_FIELD_MAX]: any text                  */
    KEY_DATE,      /* char[CHECKPAY_NAME_MAX], as strftime                */
    KEY_ZONE,      /* int32_t, seconds                                    */
    KEY_CHARACTER, /* char: . or ,                                        */
    KEY_AMOUNT,    /* uint64_t tiyn; text: decimal KZT                    */
    KEY_CODE       /* int32_t, but OUTBOUND_NO_CODE                       */
};

struct profile_key {
    enum profile_section section;
    const char *name;
    enum profile_type type;
    uint32_t offset; /* in struct checkpay_profile */
    uint32_t low, high;
    bool required;              /* a text that has the section has the key */
    const char *const *choices; /* NULL at the end */
};
extern const struct profile_key profile_keys[];
extern const uint32_t profile_key_count;

/* What keys say that are not there. */
void profile_defaults(struct checkpay_profile *profile);

/* Each sets one thing. False: *why says what is expected. value: without blanks around. */
bool profile_key_set(struct checkpay_profile *profile, const struct profile_key *key,
                     struct slice value, char why[PROFILE_WHY_MAX]);
bool profile_parameter_add(struct checkpay_profile *profile, enum outbound_step step,
                           struct slice name, struct slice value, char why[PROFILE_WHY_MAX]);
bool profile_code_add(struct checkpay_profile *profile, struct slice name, struct slice value,
                      char why[PROFILE_WHY_MAX]);

#endif

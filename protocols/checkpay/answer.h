/* answer.h - the parts of reading a provider's answer: a body becomes named values, and those a
 * verdict. Pure; any thread. */
#ifndef PROTOCOLS_CHECKPAY_ANSWER_H
#define PROTOCOLS_CHECKPAY_ANSWER_H

#include "protocols/checkpay/profile.h"

#define ANSWER_DEPTH_MAX 16    /* of JSON values within one another: a real one has 4 */
#define ANSWER_VALUES_MAX 4096 /* in a JSON body: a real one has 60                   */

/* An answer under way: what its document said so far. */
struct answer_reading {
    const struct checkpay_profile *profile;
    const struct outbound_payment *payment;
    struct outbound_answer *answer;
    bool has_code, has_id, has_sum;
    bool other_id;   /* the id that it repeats is not ours          */
    bool other_sum;  /* nor is the sum                              */
    bool no_sum;     /* the sum is 0                                */
    bool garbled;    /* says one thing twice, or in no form at all  */
    uint32_t mapped; /* which of the answer's fields are by [fields] */
};

/* A value of the answer's own, and one of its fields; UTF-8. A name that the profile does not have
 * is passed over. */
void answer_take(struct answer_reading *reading, struct slice name, struct slice value);
void answer_field(struct answer_reading *reading, struct slice name, struct slice value);

/* Takes all values of a document. False: it is no answer of this dialect. */
bool answer_read_xml(struct answer_reading *reading, struct slice body);
bool answer_read_json(struct answer_reading *reading, struct slice body);
/* As answer_read_xml, of a document of the simplest form. False: it is of another one, or is no
 * answer, which answer_read_xml says; nothing was taken. */
bool answer_read_plain(struct answer_reading *reading, struct slice body);

/* The body as UTF-8, without what may stand before it: marks, blanks, an XML declaration. memory
 * holds the text where it had to be converted. False: an encoding that is not known. */
bool answer_text(const struct checkpay_profile *profile, struct slice body, struct buffer *memory,
                 struct slice *text);

#endif

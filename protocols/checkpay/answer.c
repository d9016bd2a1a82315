#include "protocols/checkpay/answer.h"

#include <stdio.h>

#include "protocols/checkpay/dialect.h"
#include "protocols/common/assert.h"

/* ---- What the document says ---- */

static bool is(struct slice name, const char *of) {
    return of[0] != '\0' && slice_equal(name, slice_text(of));
}

static void take_code(struct answer_reading *reading, struct slice value) {
    int32_t code;
    reading->garbled |= reading->has_code;
    reading->has_code = true;
    if (dialect_code(value, &code))
        reading->answer->code = code;
}

static void take_id(struct answer_reading *reading, struct slice value) {
    char own[DIALECT_SUM_MAX];
    snprintf(own, sizeof own, "%llu", (unsigned long long)reading->payment->id);
    reading->garbled |= reading->has_id;
    reading->has_id = true;
    reading->other_id |= !slice_equal(value, slice_text(own));
}

static void take_sum(struct answer_reading *reading, struct slice value) {
    uint64_t sum = UINT64_MAX;
    reading->garbled |= reading->has_sum;
    reading->has_sum = true;
    reading->other_sum |=
        !dialect_sum_parse(reading->profile, value, &sum) || sum != reading->payment->amount;
    reading->no_sum = sum == 0;
}

void answer_take(struct answer_reading *reading, struct slice name, struct slice value) {
    const struct checkpay_names *names = &reading->profile->names;
    struct outbound_answer *answer = reading->answer;
    value = dialect_trim(value);
    if (value.size == 0)
        return; /* an empty tag is as an absent one */
    if (is(name, names->code))
        take_code(reading, value);
    else if (is(name, names->id))
        take_id(reading, value);
    else if (is(name, names->sum))
        take_sum(reading, value);
    else if (is(name, names->provider_id))
        dialect_copy(answer->provider_id, sizeof answer->provider_id, value);
    else if (is(name, names->comment))
        dialect_copy(answer->comment, sizeof answer->comment, value);
}

/* Our name of a field that [fields] has, or NULL. */
static const char *mapped_name(const struct checkpay_profile *profile, struct slice name) {
    for (size_t i = 0; i < CHECKPAY_MAPPED; i++)
        if (is(name, profile->mapped[i]))
            return checkpay_mapped_names[i];
    return NULL;
}

void answer_field(struct answer_reading *reading, struct slice name, struct slice value) {
    struct outbound_answer *answer = reading->answer;
    const char *own = mapped_name(reading->profile, dialect_trim(name));
    uint32_t at = answer->field_count;
    if (at == OUTBOUND_FIELDS_MAX) { /* one that was asked for takes another's place */
        while (at > 0 && (own == NULL || (reading->mapped & (1u << (at - 1))) != 0))
            at--;
        if (at-- == 0)
            return;
    } else {
        answer->field_count++;
    }
    _Static_assert(OUTBOUND_FIELDS_MAX <= 32, "bits of answer_reading.mapped");
    reading->mapped |= (own != NULL ? 1u : 0u) << at;
    struct outbound_field *field = &answer->fields[at];
    dialect_copy(field->name, sizeof field->name,
                 own != NULL ? slice_text(own) : dialect_trim(name));
    dialect_copy(field->value, sizeof field->value, dialect_trim(value));
}

/* ---- What it means ---- */

static const struct checkpay_code *find_code(const struct checkpay_profile *profile,
                                             int32_t number) {
    for (uint32_t i = 0; i < profile->code_count; i++)
        if (profile->codes[i].number == number && number != OUTBOUND_NO_CODE)
            return &profile->codes[i];
    return &profile->other;
}

/* Whether the answer is about another payment than the one that was asked about. A sum counts on a
 * pay only, for a check may say any; a refusal may say that 0 was paid. */
static bool contradicts(const struct answer_reading *reading, enum outbound_step step,
                        uint8_t meaning) {
    if (reading->other_id)
        return true;
    bool nothing = meaning == OUTBOUND_REFUSED && reading->no_sum;
    return step == OUTBOUND_PAY && reading->other_sum && !nothing;
}

static void judge(const struct answer_reading *reading, enum outbound_step step) {
    struct outbound_answer *answer = reading->answer;
    const struct checkpay_code *code = find_code(reading->profile, answer->code);
    bool own = !contradicts(reading, step, code->meaning[step]);
    answer->verdict = own ? (enum outbound_verdict)code->meaning[step] : OUTBOUND_AGAIN;
    answer->known = own && code != &reading->profile->other;
}

static bool read_body(struct answer_reading *reading, struct slice body) {
    struct buffer memory;
    struct slice text;
    buffer_init(&memory, 3 * (size_t)OUTBOUND_ANSWER_MAX);
    bool good = answer_text(reading->profile, body, &memory, &text) && text.size > 0;
    if (reading->profile->format == CHECKPAY_XML)
        good = good && (answer_read_plain(reading, text) || answer_read_xml(reading, text));
    else
        good = good && answer_read_json(reading, text);
    buffer_free(&memory);
    return good && !reading->garbled;
}

static void clear(struct outbound_answer *answer) {
    memset(answer, 0, sizeof *answer);
    answer->verdict = OUTBOUND_AGAIN;
    answer->code = OUTBOUND_NO_CODE;
}

void checkpay_answer(const struct checkpay_profile *profile, enum outbound_step step,
                     const struct outbound_payment *payment, uint32_t http_status,
                     struct slice body, struct outbound_answer *answer) {
    ASSERT(profile->outbound);
    struct answer_reading reading = {.profile = profile, .payment = payment, .answer = answer};
    clear(answer);
    if (http_status != 200 || body.size == 0 || body.size > OUTBOUND_ANSWER_MAX)
        return;
    if (read_body(&reading, body))
        judge(&reading, step);
    else
        clear(answer); /* of what is not understood nothing is kept */
}

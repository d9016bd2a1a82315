/* soap_golden_seen.c - that the golden files have all refusals and all operations between them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "protocols/agent_soap/refusals.h"
#include "tests/unit/protocols/soap_golden.h"

/* Which refusals and answers the files have between them. */
static bool refusals_seen[SOAP_REFUSALS], operations_seen[SOAP_OPERATIONS];

void soap_golden_note(struct buffer *out) {
    char text[128];
    buffer_append(out, "", 1);
    for (int i = 0; i < SOAP_REFUSALS; i++) {
        (void)snprintf(text, sizeof text, ">%s</ns2:developerMessage>",
                       soap_code((enum soap_refusal)i));
        refusals_seen[i] = refusals_seen[i] || strstr(out->base, text) != NULL;
    }
    for (int i = 0; i < SOAP_OPERATIONS; i++) {
        (void)snprintf(text, sizeof text, "<ns2:%sResponse ", soap_operations[i].name);
        operations_seen[i] = operations_seen[i] || strstr(out->base, text) != NULL;
    }
}

void soap_golden_check_seen(void) {
    for (int i = 0; i < SOAP_REFUSALS; i++)
        cr_expect(refusals_seen[i], "no file has %s", soap_code((enum soap_refusal)i));
    for (int i = 0; i < SOAP_OPERATIONS; i++)
        cr_expect(operations_seen[i], "no file has an answer to %s", soap_operations[i].name);
}

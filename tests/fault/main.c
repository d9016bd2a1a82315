/* tiyn_fault - what a failing disk, a damaged journal and a torn write do to the ledger: nothing
 * acknowledged is lost, and nothing damaged is taken for sound. */
#include "tests/fault/fault.h"

#include <stdio.h>
#include <string.h>

int main(int argument_count, char **arguments) {
    static const struct {
        const char *name;
        unsigned (*run)(void);
    } parts[] = {{"calls", fault_calls}, {"damage", fault_damage}, {"torn", fault_torn}};
    unsigned failures = 0, ran = 0;
    setvbuf(stdout, NULL, _IOLBF, 0); /* a failure is seen at once, whatever comes then */
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (argument_count > 1 && strcmp(arguments[1], parts[i].name) != 0)
            continue;
        failures += parts[i].run();
        ran++;
    }
    if (ran == 0)
        fprintf(stderr, "usage: tiyn_fault [calls | damage | torn]\n");
    printf("%u failures\n", failures);
    return failures > 0 || ran == 0 ? 1 : 0;
}

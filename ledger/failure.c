/* failure.c - see failure.h. */
#include "ledger/failure.h"

#include <stdarg.h>
#include <stdio.h>

int failure_set(struct ledger_failure *failure, int error, const char *format, ...) {
    if (failure != NULL) {
        va_list arguments;
        va_start(arguments, format);
        failure->error = error;
        (void)vsnprintf(failure->text, sizeof failure->text, format, arguments);
        va_end(arguments);
    }
    return error;
}

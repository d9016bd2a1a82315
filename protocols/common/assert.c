#include "protocols/common/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void protocols_assert_failed(const char *condition, const char *file, int line) {
    dprintf(STDERR_FILENO, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}

/* assert.h - an assert that stays on in release builds. For our own mistakes only, never for what
 * a peer sent. For .c files of this folder; headers do not include it. */
#ifndef PROTOCOLS_COMMON_ASSERT_H
#define PROTOCOLS_COMMON_ASSERT_H

#define ASSERT(condition)                                                                          \
    ((condition) ? (void)0 : protocols_assert_failed(#condition, __FILE__, __LINE__))

_Noreturn void protocols_assert_failed(const char *condition, const char *file, int line);

#endif

/* pages.h - the templates of the buyer's pages: whole documents for html_render, embedded by the
 * build (pages.cmake). Constants. */
#ifndef PROTOCOLS_WEBSHOP_PAGES_PAGES_H
#define PROTOCOLS_WEBSHOP_PAGES_PAGES_H

#include "protocols/common/slice.h"

extern const struct slice pages_login, pages_confirm, pages_result, pages_error;
/* "style-src 'sha256-...'; script-src 'sha256-...'; ": all that the pages have inline. */
extern const char pages_policy[];

#endif

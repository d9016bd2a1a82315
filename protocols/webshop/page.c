#include "protocols/webshop/page.h"

void page_start(struct html_page *page, enum webshop_language language, struct slice title,
                struct slice shop) {
    static const char *const names[WEBSHOP_LANGUAGES] = {"ru", "kk", "en"};
    *page = (struct html_page){.language = language, .texts = webshop_texts, .text_count = TEXTS};
    for (unsigned i = 0; i < WEBSHOP_LANGUAGES; i++)
        html_flag(page, names[i], i == language);
    html_set(page, "lang", slice_text(names[language]));
    html_set(page, "title", title);
    html_set(page, "shop", shop);
}

struct slice page_link(struct slice link) {
    struct slice rest = link, scheme = slice_cut(&rest, ':');
    bool web = slice_equal_nocase(scheme, SLICE("http")) || //
               slice_equal_nocase(scheme, SLICE("https"));
    return web && slice_starts(rest, SLICE("//")) ? link : SLICE("");
}

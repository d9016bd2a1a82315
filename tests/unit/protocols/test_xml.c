/* XML from strangers: what the guard lets through, and what is read from it. */
#include "protocols/xml/xml.h"

#include <criterion/criterion.h>
#include <libxml/c14n.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xmlsec/keys.h>

static enum xml_status parse(struct slice bytes) {
    xmlDoc *document = NULL;
    cr_assert_eq(xml_start(), 0);
    enum xml_status status = xml_parse(bytes, &document);
    cr_assert((status == XML_OK) == (document != NULL));
    xmlFreeDoc(document);
    return status;
}

static void expect(const char *text, enum xml_status status) {
    cr_expect_eq(parse(slice_text(text)), status, "%.60s: %d", text, parse(slice_text(text)));
}

Test(xml, ordinary_documents_are_taken) {
    expect("<a/>", XML_OK);
    expect("\xEF\xBB\xBF<a/>", XML_OK);
    expect("<?xml version='1.0' encoding='UTF-8'?><a/>", XML_OK);
    expect("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<a/>", XML_OK);
    expect("<?xml version=\"1.0\"?><a b='>'>x<!-- <!DOCTYPE> --><![CDATA[<!x]]></a>", XML_OK);
    expect("<a>\xD0\xB6&amp;&#xd;&lt;</a>", XML_OK);
}

Test(xml, what_is_no_document_is_malformed) {
    static const char *const texts[] = {"",
                                        " ",
                                        "a",
                                        "<",
                                        "<a",
                                        "<a>",
                                        "<a></b>",
                                        "<a/><b/>",
                                        "<a b=c/>",
                                        "<a>&x;</a>",
                                        "<a b='1' b='2'/>",
                                        "<p:a/>",
                                        "<a>\x01</a>",
                                        "<a>\xFF</a>",
                                        "<!--",
                                        "<a><![CDATA[",
                                        "<a>&#0;</a>",
                                        "text<a/>"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect(texts[i], XML_MALFORMED);
}

Test(xml, what_could_reach_outside_is_forbidden) {
    expect("<!DOCTYPE a><a/>", XML_FORBIDDEN);
    expect(
        "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        XML_FORBIDDEN);
    expect("<a><!ENTITY x 'y'></a>", XML_FORBIDDEN);
    expect("<?xml-stylesheet href='x'?><a/>", XML_FORBIDDEN);
    expect("<a><?php x ?></a>", XML_FORBIDDEN);
    expect("<?xml version='1.0' encoding='windows-1251'?><a/>", XML_FORBIDDEN);
    expect("<?xml version='1.0' encoding='UTF-16'?><a/>", XML_FORBIDDEN);
    expect("<?xml version='1.0' encoding='UTF-80'?><a/>", XML_FORBIDDEN);
    cr_expect_eq(parse((struct slice){"<a>\0</a>", 8}), XML_FORBIDDEN);
}

Test(xml, nothing_but_utf_8_is_taken) {
    const struct slice texts[] = {
        SLICE("\xFF\xFE<\0a\0/\0>\0"),
        SLICE("\xFE\xFF\0<\0a\0/\0>"),
        SLICE("<\0a\0/\0>\0"),
        SLICE("\0<\0a\0/\0>"),
        SLICE("\xFF\xFE\0\0<\0\0\0a\0\0\0/\0\0\0>\0\0\0"),
        SLICE("\0\0\xFE\xFF\0\0\0<\0\0\0a\0\0\0/\0\0\0>"),
        SLICE("<?xml version='1.0' encoding='UTF-7'?><a/>"),
        SLICE("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"),
        SLICE("<?xml version='1.0' encoding = \"koi8-r\" ?><a/>"),
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_expect_eq(parse(texts[i]), XML_FORBIDDEN, "%zu", i);
    expect("\xFF\xFE<a/>", XML_MALFORMED);
    expect("\x2B\x2F\x76\x38<a/>", XML_MALFORMED);
    expect("<?xml version=\"encoding='UTF-8'\" encoding='koi8-r'?><a/>", XML_MALFORMED);
    expect("\x4C\x6F\xA7\x94\x93", XML_MALFORMED); /* EBCDIC's <?xml */
    expect("<a>\xC0\xBC</a>", XML_MALFORMED);      /* '<' in two bytes */
    expect("<a>\xE0\x80\xBC</a>", XML_MALFORMED);
    expect("<a b='\xC1\x81'/>", XML_MALFORMED);
    expect("<a>\xED\xA0\x80</a>", XML_MALFORMED); /* half of a pair */
    expect("<a>\xF4\x90\x80\x80</a>", XML_MALFORMED);
    expect("<a>\xD0</a>", XML_MALFORMED);
}

Test(xml, markup_is_found_wherever_it_hides) {
    expect("<a b='>' c=\"'>\"><!DOCTYPE x></a>", XML_FORBIDDEN);
    expect("<a><!-- > --><?pi?></a>", XML_FORBIDDEN);
    expect("<a><![CDATA[ --> ]]><!ELEMENT a ANY></a>", XML_FORBIDDEN);
    expect("<a/><?pi?>", XML_FORBIDDEN);
    expect("<a/><!DOCTYPE a>", XML_FORBIDDEN);
    expect(" <?xml version='1.0'?><a/>", XML_FORBIDDEN);
    expect("<a><?xml version='1.0'?></a>", XML_FORBIDDEN);
    expect("<?XML version='1.0'?><a/>", XML_FORBIDDEN);
    expect("<!doctype a><a/>", XML_FORBIDDEN);
    expect("<a><![IGNORE[x]]></a>", XML_FORBIDDEN);
    expect("<![CDATA[<!DOCTYPE a>]]><a/>", XML_MALFORMED);
    expect("<a b='<?pi?>'/>", XML_MALFORMED);
    expect("<a b='<!DOCTYPE x>'/>", XML_MALFORMED);
    expect("<a><!--x--y--></a>", XML_MALFORMED);
    expect("<!--><!DOCTYPE a>--><a/>", XML_OK); /* all of it is one comment */
}

Test(xml, a_bomb_of_entities_is_not_opened) {
    struct buffer text;
    buffer_init(&text, 4096);
    buffer_text(&text, "<!DOCTYPE a [<!ENTITY e0 'ha'>");
    for (int i = 1; i < 30; i++)
        buffer_format(&text, "<!ENTITY e%d '&e%d;&e%d;'>", i, i - 1, i - 1);
    buffer_text(&text, "]><a>&e29;</a>");
    cr_expect_eq(parse((struct slice){text.base, text.used}), XML_FORBIDDEN);
    buffer_free(&text);
}

static enum xml_status repeat(const char *part, size_t count, const char *end) {
    struct buffer text;
    buffer_init(&text, (size_t)4 << 20);
    buffer_text(&text, "<r>");
    for (size_t i = 0; i < count; i++)
        buffer_text(&text, part);
    for (size_t i = 0; i < count && *end != '\0'; i++)
        buffer_text(&text, end);
    buffer_text(&text, "</r>");
    enum xml_status status = parse((struct slice){text.base, text.used});
    buffer_free(&text);
    return status;
}

Test(xml, depth_nodes_and_size_are_bounded) {
    cr_expect_eq(repeat("<a>", XML_DEPTH_MAX - 1, "</a>"), XML_OK);
    cr_expect_eq(repeat("<a>", XML_DEPTH_MAX, "</a>"), XML_TOO_DEEP);
    cr_expect_eq(repeat("<a>", 12000, ""), XML_TOO_DEEP);
    /* An empty element is as deep as one that is not. */
    cr_expect_eq(repeat("<a><b/>", XML_DEPTH_MAX - 2, "</a>"), XML_OK);
    cr_expect_eq(repeat("<a><b/>", XML_DEPTH_MAX - 1, "</a>"), XML_TOO_DEEP);
    cr_expect_eq(repeat("<a/>", 1000, ""), XML_OK);
    cr_expect_eq(repeat("<a/>", XML_NODES_MAX, ""), XML_TOO_DEEP);
    cr_expect_eq(repeat("<!---->", XML_NODES_MAX + 1, ""), XML_TOO_DEEP);
    cr_expect_eq(repeat("xxxxxxxx", XML_BYTES_MAX / 8 - 1, ""), XML_OK);
    cr_expect_eq(repeat("xxxxxxxx", XML_BYTES_MAX / 8, ""), XML_TOO_LARGE);
}

/* An element with `count` attributes, or as many declarations of namespaces, around `elements`. */
static enum xml_status with_attributes(const char *format, int count, int elements) {
    struct buffer text;
    buffer_init(&text, (size_t)1 << 20);
    buffer_text(&text, "<r");
    for (int i = 0; i < count; i++) {
        buffer_text(&text, " ");
        buffer_format(&text, "%s%d='urn:x'", format, i);
    }
    buffer_text(&text, ">");
    for (int i = 0; i < elements; i++)
        buffer_text(&text, "<a/>");
    buffer_text(&text, "</r>");
    enum xml_status status = parse((struct slice){text.base, text.used});
    buffer_free(&text);
    return status;
}

/* 1300 namespaces over 1300 elements, 26 KB, took six seconds to canonicalise. */
Test(xml, what_would_take_long_to_canonicalise_is_refused) {
    cr_expect_eq(with_attributes("a", XML_ATTRIBUTES_MAX, 0), XML_OK);
    cr_expect_eq(with_attributes("a", XML_ATTRIBUTES_MAX + 1, 0), XML_TOO_DEEP);
    cr_expect_eq(with_attributes("xmlns:a", 10, 1000), XML_OK);
    cr_expect_eq(with_attributes("xmlns:a", 20, 1000), XML_TOO_DEEP);
    cr_expect_eq(with_attributes("xmlns:a", XML_ATTRIBUTES_MAX, 20), XML_OK);
    cr_expect_eq(with_attributes("xmlns:a", XML_ATTRIBUTES_MAX, 100), XML_TOO_DEEP);
    cr_expect_eq(repeat("<a xmlns='u'>", 40, "</a>"), XML_OK);
    cr_expect_eq(repeat("<a xmlns='u'/>", 200, ""), XML_TOO_DEEP);
    cr_expect_eq(repeat("<a xmlns:x ='u'/>", 200, ""), XML_TOO_DEEP);
    cr_expect_eq(repeat("<a xmlns:x ='u'>", 62, "</a>"), XML_TOO_DEEP);
}

static enum xml_status with_name(const char *before, size_t size, const char *after) {
    struct buffer text;
    buffer_init(&text, (size_t)1 << 16);
    buffer_text(&text, before);
    for (size_t i = 0; i < size; i++)
        buffer_text(&text, "n");
    buffer_text(&text, after);
    enum xml_status status = parse((struct slice){text.base, text.used});
    buffer_free(&text);
    return status;
}

Test(xml, names_are_bounded) {
    cr_expect_eq(with_name("<", XML_NAME_MAX, " />"), XML_OK);
    cr_expect_eq(with_name("<", XML_NAME_MAX + 1, " />"), XML_TOO_DEEP);
    cr_expect_eq(with_name("<a ", XML_NAME_MAX, "=''/>"), XML_OK);
    cr_expect_eq(with_name("<a ", XML_NAME_MAX + 1, "=''/>"), XML_TOO_DEEP);
    cr_expect_eq(with_name("<a ", XML_NAME_MAX + 1, " =''/>"), XML_TOO_DEEP);
    cr_expect_eq(with_name("<a b='", 5000, "'/>"), XML_OK, "a value is no name");
    cr_expect_eq(with_name("<a>", 5000, "</a>"), XML_OK);
}

/* What libxml2 complains about while it parses, and while it canonicalises; and xmlsec. */
static void *complain(void *unused) {
    xmlDoc *read = NULL;
    xmlChar *form = NULL;
    (void)parse(SLICE("<a xml:id='1'>&x;<b></a>"));
    cr_assert_eq(xml_parse(SLICE("<a xmlns:n='relative' xml:id='1'/>"), &read), XML_OK);
    (void)xmlC14NDocDumpMemory(read, NULL, XML_C14N_1_0, NULL, 0, &form);
    cr_assert_null(xmlSecKeyDuplicate(NULL));
    xmlFree(form);
    xmlFreeDoc(read);
    return unused;
}

/* Errors went to stderr in all threads but the first, so strangers could write into the log. */
Test(xml, nothing_is_written_to_stderr_by_any_thread) {
    int ends[2], kept = dup(STDERR_FILENO);
    char text[256] = "";
    pthread_t thread;
    cr_assert_eq(xml_start(), 0);
    cr_assert(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0 && close(ends[1]) == 0);
    (void)complain(NULL);
    cr_assert_eq(pthread_create(&thread, NULL, complain, NULL), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert(dup2(kept, STDERR_FILENO) >= 0);
    ssize_t size = read(ends[0], text, sizeof(text) - 1);
    cr_expect_eq(size, 0, "%s", text);
    (void)close(ends[0]);
    (void)close(kept);
}

static xmlDoc *document;

static xmlNode *read_root(const char *text) {
    cr_assert_eq(xml_start(), 0);
    cr_assert_eq(xml_parse(slice_text(text), &document), XML_OK, "%s", text);
    return xmlDocGetRootElement(document);
}

static void expect_text(const char *text, const char *value) {
    struct slice got;
    bool plain = xml_text(read_root(text), &got);
    cr_expect_eq(plain, value != NULL, "%s", text);
    cr_expect(!plain || value == NULL || slice_equal(got, slice_text(value)), "%s", text);
    xmlFreeDoc(document);
}

Test(xml, a_value_is_one_run_of_text) {
    expect_text("<a>100.00</a>", "100.00");
    expect_text("<a/>", "");
    expect_text("<a></a>", "");
    expect_text("<a>a&amp;b</a>", "a&b");
    expect_text("<a><![CDATA[x<y]]></a>", "x<y");
    expect_text("<a><![CDATA[]]></a>", "");
    expect_text("<a> 1&#xd;\n </a>", " 1\r\n ");
    expect_text("<a>1<!-- -->00</a>", NULL);
    expect_text("<a>1<b/></a>", NULL);
    expect_text("<a><b/></a>", NULL);
    expect_text("<a><!--x--></a>", NULL);
    expect_text("<a>x<![CDATA[y]]></a>", NULL);
}

Test(xml, elements_are_walked_over_space_and_comments) {
    xmlNode *root = read_root("<a xmlns:p='urn:p'> <b/>\n<!-- c --><p:c/> </a>");
    xmlNode *first = xml_first(root), *second = xml_next(first);
    cr_expect(xml_is(first, "", "b"));
    cr_expect(xml_is(second, "urn:p", "c"));
    cr_expect_not(xml_is(second, "", "c"));
    cr_expect(xml_next(second) == NULL);
    cr_expect_not(xml_has_text(root));
    xmlFreeDoc(document);
    root = read_root("<a> <b/>x</a>");
    cr_expect(xml_has_text(root));
    xmlFreeDoc(document);
}

static void expect_escaped(struct slice text, const char *escaped) {
    struct buffer out;
    buffer_init(&out, 4096);
    xml_escape(&out, text);
    buffer_append(&out, "", 1);
    cr_expect_str_eq(out.base, escaped, "%zu bytes from %.2x", out.used,
                     (unsigned char)text.base[0]);
    buffer_free(&out);
}

#define NO_CHARACTER "\xEF\xBF\xBD"

Test(xml, text_is_escaped_so_that_it_is_canonical) {
    expect_escaped(SLICE("a<b>&\"'\r\n\t\xD0\xB6"), "a&lt;b&gt;&amp;\"'&#xD;\n\t\xD0\xB6");
    expect_escaped(SLICE("\x01\xFF\xF0\x9F\x98\x80\0z"),
                   NO_CHARACTER NO_CHARACTER "\xF0\x9F\x98\x80" NO_CHARACTER "z");
    expect_escaped(SLICE("\xED\xA0\x80"), NO_CHARACTER NO_CHARACTER NO_CHARACTER);
    expect_escaped(SLICE("\xEF\xBF\xBF"), NO_CHARACTER NO_CHARACTER NO_CHARACTER);
    expect_escaped(SLICE("\xC1\x81y"), NO_CHARACTER NO_CHARACTER "y"); /* 'A' in two bytes */
    expect_escaped(SLICE("\xE0\x80\xBC"), NO_CHARACTER NO_CHARACTER NO_CHARACTER);
    expect_escaped(SLICE("\xBF\xBF"), NO_CHARACTER NO_CHARACTER); /* no first byte */
    expect_escaped(SLICE("\xF4\x90\x80\x80"), NO_CHARACTER NO_CHARACTER NO_CHARACTER NO_CHARACTER);
    expect_escaped(SLICE("\xFF\xBF\xBF\xBF"), NO_CHARACTER NO_CHARACTER NO_CHARACTER NO_CHARACTER);
    expect_escaped(SLICE("\xF8\x90\x80\x80"), NO_CHARACTER NO_CHARACTER NO_CHARACTER NO_CHARACTER);
    expect_escaped(SLICE("x\xD0"), "x" NO_CHARACTER);
    expect_escaped(SLICE(""), "");
}

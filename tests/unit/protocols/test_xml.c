/* XML from strangers: what the guard lets through, and what is read from it. */
#include "protocols/xml/xml.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

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
    cr_expect_eq(parse((struct slice){"\xFF\xFE<\0a\0/\0>\0", 10}), XML_FORBIDDEN);
    cr_expect_eq(parse((struct slice){"<a>\0</a>", 8}), XML_FORBIDDEN);
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
    cr_expect_eq(repeat("<a/>", 1000, ""), XML_OK);
    cr_expect_eq(repeat("<a/>", XML_NODES_MAX, ""), XML_TOO_DEEP);
    cr_expect_eq(repeat("<!---->", XML_NODES_MAX + 1, ""), XML_TOO_DEEP);
    cr_expect_eq(repeat("xxxxxxxx", XML_BYTES_MAX / 8 - 1, ""), XML_OK);
    cr_expect_eq(repeat("xxxxxxxx", XML_BYTES_MAX / 8, ""), XML_TOO_LARGE);
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

Test(xml, text_is_escaped_so_that_it_is_canonical) {
    struct buffer out;
    buffer_init(&out, 4096);
    xml_escape(&out, (struct slice){"a<b>&\"'\r\n\t\xD0\xB6\x01\xFF\xF0\x9F\x98\x80\0z", 20});
    buffer_append(&out, "", 1);
    cr_expect_str_eq(out.base, "a&lt;b&gt;&amp;\"'&#xD;\n\t\xD0\xB6\xEF\xBF\xBD\xEF\xBF\xBD"
                               "\xF0\x9F\x98\x80\xEF\xBF\xBDz");
    buffer_free(&out);
}

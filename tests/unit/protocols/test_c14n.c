/* Canonical forms are libxml2's, and verdicts of values in Base64 xmlsec's, whatever the document:
 * cases that are known to be hard, and thousands that a generator makes. */
#include <criterion/criterion.h>

#include "tests/lib/dsig_judge.h"
#include "tests/lib/random.h"
#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"

static xmlNode *parent_of_all(const xmlNode *root, const xmlNode *node, xmlNode *next) {
    while (next == NULL && node != root) {
        node = node->parent;
        next = xml_next(node);
    }
    return node == root ? NULL : next;
}

/* The next element of the document; NULL: that was the last. */
static xmlNode *following(const xmlNode *root, const xmlNode *element) {
    xmlNode *child = xml_first(element);
    return child != NULL || element == root ? child
                                            : parent_of_all(root, element, xml_next(element));
}

/* The form of the element, and that of the document without it. */
static void expect_agreement(const xmlNode *root, const xmlNode *element, struct slice text) {
    bool agree = judge_forms_agree(element, NULL);
    agree = agree && (element == root || judge_forms_agree(root, element));
    cr_expect(agree, "<%s> of %.*s", element->name, (int)text.size, text.base);
}

/* Compares the forms of all elements, and of the document without each of them. Returns how many
 * elements there are; 0: xml_parse refuses it. */
static int compare(struct slice text) {
    xmlDoc *document = NULL;
    int count = 0;
    if (xml_parse(text, &document) != XML_OK)
        return 0;
    const xmlNode *root = xmlDocGetRootElement(document);
    for (const xmlNode *at = root; at != NULL; at = following(root, at)) {
        expect_agreement(root, at, text);
        count++;
    }
    xmlFreeDoc(document);
    return count;
}

static void start(void) {
    cr_assert_eq(xml_start(), 0);
}

Test(c14n, hard_cases_are_written_as_libxml2_does, .init = start) {
    static const char *const texts[] = {
        "<a/>",
        "<a></a>",
        "<?xml version='1.0'?>\r\n<!-- before --><a><!-- in --><b/></a><!-- behind -->",
        "<a>&amp;&lt;&gt;&quot;&apos;\"'\t\n&#13;&#xD;&#9;&#10; \xC2\x85\xE2\x80\xA8</a>",
        "<a b=\"&amp;&lt;&gt;&quot;&apos;'\t\n&#13;&#xD;&#9;&#10;  x\" c='\"'/>",
        "<a><![CDATA[<&>]]>]]&gt;<![CDATA[]]><![CDATA[\r]]></a>",
        "<a><!-- &#13; & < \r\n --><!----></a>",
        "<a z='1' y='2' b='3' xml:space='preserve' xml:lang='ru'><b xml:lang='en'/><c/></a>",
        "<p:a xmlns:p='urn:p' xmlns:q='urn:q' q:z='1' p:z='2' z='3' q:a='4'/>",
        "<a xmlns='urn:1'><b xmlns=''><c xmlns='urn:1'/><d/></b><e xmlns='urn:1'/></a>",
        "<a xmlns=''><b xmlns='urn:x'><c xmlns=''/></b></a>",
        "<a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><c><p:d xmlns:p='urn:2'/></c></p:b></a>",
        "<a xmlns:p='urn:1'><b p:x='1'/><b xmlns:p='urn:2' p:x='1'><c p:x='2'/></b></a>",
        "<a xmlns:p='urn:1' xmlns:q='urn:1'><p:b><q:b><p:b q:x='1'/></q:b></p:b></a>",
        "<a xmlns:z='urn:1' xmlns:aa='urn:2' xmlns='urn:3' xmlns:a='urn:4'/>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:id='x'><b xml:id='y'/></a>",
        "<a xmlns='http://h/?a&amp;b=%20'/>",
        "<a xmlns='relative'/>",
        "<a><b xmlns:p='../up'/></a>",
        "<a><b xmlns:p=\"http://h/'x'\"/></a>",
        "<\xD0\xB6 \xD2\xB0='\xF0\x9F\x98\x80'>\xEF\xBF\xBD</\xD0\xB6>",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_expect_gt(compare(slice_text(texts[i])), 0, "%s", texts[i]);
}

/* A namespace is written without escaping: what would need it is no URI, which the parser sees. */
Test(c14n, a_namespace_that_is_no_uri_is_refused, .init = start) {
    static const char *const texts[] = {"<a xmlns='http://h/&quot;'/>",
                                        "<a><b xmlns:p='http://h/&lt;'/></a>",
                                        "<a><b xmlns:p='http://h/&gt;'/></a>",
                                        "<a><b xmlns:p='http://h/&#13;'/></a>",
                                        "<a><b xmlns:p='http://h/&#10;'/></a>",
                                        "<a><b xmlns:p='http://h/&#9;'/></a>",
                                        "<a xmlns=':x'/>",
                                        "<a xmlns='1:x'/>",
                                        "<a xmlns='urn:\xD0\xB6'/>"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_expect_eq(compare(slice_text(texts[i])), 0, "%s", texts[i]);
}

/* ---- Documents made by chance -------------------------------------------------------------- */

static const char *const prefixes[] = {"", "p", "q", "pq"};
static const char *const spaces[] = {"urn:1", "urn:2", "http://h/a?b&amp;c", ""};
static const char *const pieces[] = {"x",       " ",     "\n",       "&amp;",  "&#13;",
                                     "&lt;",    "&#x9;", "\xD0\xB6", "&quot;", "<![CDATA[&]]>",
                                     "<!--c-->"};

static unsigned pick(struct random *random, unsigned count) {
    return (unsigned)random_below(random, count);
}

/* declared: prefixes that are there, one bit each. */
static void put_attributes(struct random *random, struct buffer *out, unsigned declared) {
    static const char *const names[] = {"b", "a", "xml:lang", "xml:space"};
    for (unsigned i = 0; i < 4; i++)
        if (random_chance(random, 20))
            buffer_format(out, " %s=\"%s\"", names[i], pieces[pick(random, 9)]);
    for (unsigned i = 1; i < 4; i++)
        if ((declared >> i & 1) != 0 && random_chance(random, 25))
            buffer_format(out, " %s:a=\"%s\"", prefixes[i], pieces[pick(random, 9)]);
}

static void put_element(struct random *random, struct buffer *out, unsigned depth,
                        unsigned declared) {
    char uses[128] = "";
    size_t size = 0;
    for (unsigned i = 0; i < 4; i++)
        if (random_chance(random, 25)) {
            const char *space = spaces[pick(random, i == 0 ? 4 : 3)];
            size += (size_t)snprintf(uses + size, sizeof(uses) - size, " xmlns%s%s=\"%s\"",
                                     i > 0 ? ":" : "", prefixes[i], space);
            declared |= 1u << i;
        }
    unsigned own = pick(random, 4);
    own = (declared >> own & 1) != 0 ? own : 0;
    buffer_format(out, "<%s%se%u%s", prefixes[own], own > 0 ? ":" : "", own, uses);
    put_attributes(random, out, declared);
    buffer_text(out, ">");
    for (unsigned i = pick(random, 4); i > 0; i--) {
        if (depth > 0 && random_chance(random, 60))
            put_element(random, out, depth - 1, declared);
        else
            buffer_text(out, pieces[pick(random, 11)]);
    }
    buffer_format(out, "</%s%se%u>", prefixes[own], own > 0 ? ":" : "", own);
}

Test(c14n, documents_made_by_chance_are_written_as_libxml2_does, .init = start) {
    struct random random = {.state = 1};
    int elements = 0, documents = 0;
    for (int i = 0; i < 3000; i++) {
        struct buffer text;
        buffer_init(&text, XML_BYTES_MAX);
        put_element(&random, &text, 5, 1);
        int count = compare((struct slice){text.base, text.used});
        elements += count;
        documents += count > 0;
        buffer_free(&text);
    }
    cr_expect_gt(documents, 2000, "%d: the rest has two attributes of one name", documents);
    cr_expect_gt(elements, 6000, "%d", elements);
}

/* ---- Values in Base64 ---------------------------------------------------------------------- */

/* Puts, takes or changes one character of the text. */
static void change(struct random *random, struct buffer *text, size_t from, size_t size) {
    static const char characters[] = "AZaz09+/=== \n\t.-";
    size_t at = from + random_below(random, size);
    char byte = characters[pick(random, sizeof(characters) - 1)];
    unsigned how = pick(random, 3);
    if (how == 0) {
        text->base[at] = byte;
        return;
    }
    buffer_append(text, "", 1); /* room for one more */
    text->used--;
    if (how == 1) {
        memmove(text->base + at + 1, text->base + at, text->used - at);
        text->base[at] = byte;
        text->used++;
    } else {
        memmove(text->base + at, text->base + at + 1, text->used - at - 1);
        text->used--;
    }
}

/* Half of the changes are of the value's last characters, where its end is padded. */
static bool verifies_changed(const struct buffer *honest, struct slice key, const char *element,
                             struct random *random) {
    char open[32], close[32];
    struct buffer message;
    buffer_init(&message, XML_BYTES_MAX);
    buffer_append(&message, honest->base, honest->used);
    snprintf(open, sizeof(open), "<%s>", element);
    snprintf(close, sizeof(close), "</%s>", element);
    for (unsigned i = 1 + pick(random, 3); i > 0; i--) {
        const char *from = memmem(message.base, message.used, open, strlen(open));
        const char *end = memmem(message.base, message.used, close, strlen(close));
        size_t first = (size_t)(from - message.base) + strlen(open);
        size_t size = (size_t)(end - message.base) - first;
        size_t most = random_chance(random, 50) ? 4 : size;
        change(random, &message, first + size - most, most);
    }
    enum forge_verdict verdict =
        forge_verdict_with((struct slice){message.base, message.used}, key, true);
    buffer_free(&message);
    return verdict == FORGE_VERIFIES;
}

Test(c14n, values_have_the_verdicts_of_xmlsec, .init = start) {
    struct random random = {.state = 2};
    struct buffer honest = forge_sign(forge_frame, &(struct forge){.key = NULL});
    uint8_t der[1024];
    size_t size = dsig_public_pem(slice_text(rig_pem("agent2048.pub")), der, sizeof(der));
    struct slice key = {(const char *)der, size};
    int verify = 0;
    for (int i = 0; i < 1000; i++) {
        verify += verifies_changed(&honest, key, "DigestValue", &random);
        verify += verifies_changed(&honest, key, "SignatureValue", &random);
    }
    cr_expect(verify > 20 && verify < 1980, "%d: some are the same bytes", verify);
    buffer_free(&honest);
}

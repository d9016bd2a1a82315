/* The WSDL of each service: as it was agreed on, and as stock generators of clients take it. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/agent_soap/wsdl.h"

#define ADDRESS "https://pay.example.kz/agents?v=1&s=2"
#define NAMES_MAX 256

/* ---- Helpers ---- */

static void start(struct buffer *out, enum soap_service_number service) {
    buffer_init(out, SOAP_WSDL_BYTES_MAX);
    soap_wsdl(service, SLICE(ADDRESS), out);
    cr_assert(!out->failed);
}

struct wsdl {
    xmlDoc *document;
    xmlXPathContext *paths;
};

static struct wsdl parse(enum soap_service_number service) {
    struct buffer text;
    start(&text, service);
    struct wsdl wsdl = {.document = xmlReadMemory(text.base, (int)text.used, NULL, NULL, 0)};
    cr_assert_not_null(wsdl.document);
    wsdl.paths = xmlXPathNewContext(wsdl.document);
    xmlXPathRegisterNs(wsdl.paths, BAD_CAST "w", BAD_CAST "http://schemas.xmlsoap.org/wsdl/");
    xmlXPathRegisterNs(wsdl.paths, BAD_CAST "s", BAD_CAST "http://schemas.xmlsoap.org/wsdl/soap/");
    xmlXPathRegisterNs(wsdl.paths, BAD_CAST "x", BAD_CAST "http://www.w3.org/2001/XMLSchema");
    buffer_free(&text);
    return wsdl;
}

static void end(struct wsdl *wsdl) {
    xmlXPathFreeContext(wsdl->paths);
    xmlFreeDoc(wsdl->document);
}

/* The number of nodes that the path names; its %s are replaced by `name`. */
static int count(struct wsdl *wsdl, const char *path, const char *name) {
    char whole[512];
    int size = snprintf(whole, sizeof(whole), path, name, name);
    cr_assert(size > 0 && (size_t)size < sizeof(whole));
    xmlXPathObject *found = xmlXPathEvalExpression(BAD_CAST whole, wsdl->paths);
    cr_assert_not_null(found, "%s", whole);
    int nodes = found->nodesetval != NULL ? found->nodesetval->nodeNr : 0;
    xmlXPathFreeObject(found);
    return nodes;
}

#define EXPECT_COUNT(wsdl, path, name, expected)                                                   \
    cr_expect_eq(count(wsdl, path, name), expected, "%s (%s): %d", path, name,                     \
                 count(wsdl, path, name))

/* Calls with the value of each attribute that the path names. */
static void each_value(struct wsdl *wsdl, const char *path, void (*take)(void *, const char *),
                       void *context) {
    xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)path, wsdl->paths);
    cr_assert_not_null(found);
    for (int i = 0; found->nodesetval != NULL && i < found->nodesetval->nodeNr; i++) {
        xmlChar *value = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
        take(context, (const char *)value);
        xmlFree(value);
    }
    xmlXPathFreeObject(found);
}

static bool has(unsigned service, const struct soap_operation *operation) {
    return (operation->services >> service & 1) != 0;
}

/* A generator of Java makes a class of each name: letters and digits, the first one large. */
struct classes {
    char names[NAMES_MAX][64];
    size_t count;
};

static void class_name(const char *name, char class[64]) {
    size_t size = 0;
    for (; *name != '\0' && size + 1 < 64; name++)
        if (isalnum((unsigned char)*name))
            class[size++] = (char)tolower((unsigned char)*name);
    class[size] = '\0';
}

static bool class_is_there(const struct classes *classes, const char *class) {
    for (size_t i = 0; i < classes->count; i++)
        if (strcmp(classes->names[i], class) == 0)
            return true;
    return false;
}

static void take_class(void *context, const char *name) {
    struct classes *classes = context;
    char class[64];
    class_name(name, class);
    cr_expect(!class_is_there(classes, class), "two things would be class %s", class);
    cr_assert_lt(classes->count, (size_t)NAMES_MAX);
    memcpy(classes->names[classes->count++], class, sizeof(class));
}

static void take_type(void *context, const char *type) {
    struct wsdl *wsdl = context;
    if (strncmp(type, "tns:", 4) == 0)
        EXPECT_COUNT(wsdl,
                     "//x:schema/x:complexType[@name='%s']|//x:schema/x:simpleType[@name='%s']",
                     type + 4, 1);
    else
        cr_expect_eq(strncmp(type, "xs:", 3), 0, "%s", type);
}

static void take_used(void *context, const char *name) {
    cr_expect_gt(count(context, "//@type[.='tns:%s']", name), 0, "%s is not used", name);
}

#define EACH_SERVICE(service) for (unsigned service = 0; service < SOAP_SERVICES; service++)

/* ---- Cases ---- */

/* With GOLDEN_UPDATE in the environment the files are rewritten instead. */
Test(wsdl, each_service_has_the_one_agreed_on) {
    EACH_SERVICE(service) {
        char path[512];
        struct buffer made;
        snprintf(path, sizeof(path), "%s/golden/agent_soap/%s.wsdl", TESTS_FOLDER,
                 soap_services[service].port);
        start(&made, (enum soap_service_number)service);
        FILE *file = fopen(path, getenv("GOLDEN_UPDATE") != NULL ? "w+b" : "rb");
        cr_assert_not_null(file, "%s", path);
        if (getenv("GOLDEN_UPDATE") != NULL)
            cr_assert_eq(fwrite(made.base, 1, made.used, file), made.used);
        rewind(file);
        char *kept = malloc(SOAP_WSDL_BYTES_MAX);
        size_t size = fread(kept, 1, SOAP_WSDL_BYTES_MAX, file);
        cr_expect(size == made.used && memcmp(kept, made.base, size) == 0, "%s differs", path);
        free(kept);
        fclose(file);
        buffer_free(&made);
    }
}

Test(wsdl, an_operation_stands_in_port_type_and_binding_with_input_and_output) {
    EACH_SERVICE(service) {
        struct wsdl wsdl = parse((enum soap_service_number)service);
        int operations = 0;
        for (size_t i = 0; i < SOAP_OPERATIONS; i++) {
            const char *name = soap_operations[i].name;
            int there = has(service, &soap_operations[i]);
            operations += there;
            EXPECT_COUNT(&wsdl, "//w:portType/w:operation[@name='%s'][w:input/@message='tns:%s']",
                         name, there);
            EXPECT_COUNT(&wsdl, "//w:portType/w:operation[@name='%s']/w:output", name, there);
            EXPECT_COUNT(&wsdl,
                         "//w:binding/w:operation[@name='%s'][w:input/s:body/@use='literal']"
                         "[w:output/s:body/@use='literal']/s:operation[@soapAction='%s']",
                         name, there);
            EXPECT_COUNT(&wsdl, "//w:message[@name='%s']/w:part[@element='tns:%s']", name, there);
            EXPECT_COUNT(&wsdl, "//x:schema/x:element[@name='%s']", name, there);
            EXPECT_COUNT(&wsdl,
                         "//x:schema/x:element[@name='%sResponse']/x:complexType//x:element"
                         "[@name='return'][not(@minOccurs)]",
                         name, there);
        }
        EXPECT_COUNT(&wsdl, "//w:portType[@name='%s']/w:operation", soap_services[service].port,
                     operations);
        EXPECT_COUNT(&wsdl, "//w:binding/w:operation", "", operations);
        end(&wsdl);
    }
}

Test(wsdl, one_inline_schema_in_the_services_namespace) {
    EACH_SERVICE(service) {
        struct wsdl wsdl = parse((enum soap_service_number)service);
        EXPECT_COUNT(&wsdl,
                     "/w:definitions[@targetNamespace='%s']/w:types/x:schema"
                     "[@targetNamespace='%s'][@elementFormDefault='unqualified']",
                     soap_services[service].name_space, 1);
        EXPECT_COUNT(&wsdl, "//x:schema", "", 1);
        EXPECT_COUNT(&wsdl, "//x:import|//x:include|//w:import|//w:part[@type]|//@form", "", 0);
        EXPECT_COUNT(&wsdl, "//w:service[@name='%s']/w:port", soap_services[service].name, 1);
        end(&wsdl);
    }
}

Test(wsdl, no_two_classes_of_a_generated_client_have_one_name) {
    EACH_SERVICE(service) {
        struct wsdl wsdl = parse((enum soap_service_number)service);
        struct classes classes = {.count = 0};
        each_value(&wsdl, "//x:schema/x:element[x:complexType]/@name", take_class, &classes);
        each_value(&wsdl, "//x:schema/*[self::x:complexType or self::x:simpleType]/@name",
                   take_class, &classes);
        each_value(&wsdl, "//w:portType/@name|//w:service/@name", take_class, &classes);
        end(&wsdl);
    }
}

Test(wsdl, a_type_is_there_once_and_used) {
    EACH_SERVICE(service) {
        struct wsdl wsdl = parse((enum soap_service_number)service);
        each_value(&wsdl, "//x:element/@type", take_type, &wsdl);
        each_value(&wsdl, "//x:schema/x:complexType/@name|//x:schema/x:simpleType/@name", take_used,
                   &wsdl);
        end(&wsdl);
    }
}

Test(wsdl, operations_with_one_request_part_have_the_same_fields) {
    for (size_t i = 0; i < SOAP_OPERATIONS; i++)
        for (size_t j = i + 1; j < SOAP_OPERATIONS; j++)
            if (strcmp(soap_operations[i].part, soap_operations[j].part) == 0)
                cr_expect_arr_eq(soap_operations[i].fields, soap_operations[j].fields,
                                 SOAP_OPERATION_FIELDS, "%s", soap_operations[i].part);
}

Test(wsdl, every_operation_is_in_a_service_and_ends_its_fields) {
    for (size_t i = 0; i < SOAP_OPERATIONS; i++) {
        cr_expect_neq(soap_operations[i].services, 0, "%s", soap_operations[i].name);
        cr_expect_lt(soap_operations[i].services, 1u << SOAP_SERVICES);
        cr_expect_not_null(memchr(soap_operations[i].fields, SOAP_END, SOAP_OPERATION_FIELDS),
                           "%s has too many fields", soap_operations[i].name);
    }
}

Test(wsdl, an_address_cannot_leave_its_attribute) {
    static const struct {
        const char *address, *expected;
    } cases[] = {
        {"http://127.0.0.1:8080/a", "location=\"http://127.0.0.1:8080/a\"/>"},
        {"http://[::1]:8080/a?b&c", "location=\"http://[::1]:8080/a?b&amp;c\"/>"},
        {"http://h\"/><x y='\n", "location=\"http://h%22/%3E%3Cx%20y='%0A\"/>"},
        {"http://\xd0\xb6.kz/\xff\x7f", "location=\"http://%D0%B6.kz/%FF%7F\"/>"},
        {"", "location=\"\"/>"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer out;
        buffer_init(&out, SOAP_WSDL_BYTES_MAX);
        soap_wsdl(SOAP_CASH_IN, slice_text(cases[i].address), &out);
        buffer_append(&out, "", 1);
        cr_assert(!out.failed);
        cr_expect_not_null(strstr(out.base, cases[i].expected), "%s", cases[i].expected);
        buffer_free(&out);
    }
}

Test(wsdl, a_buffer_that_is_too_small_says_so) {
    struct buffer out;
    buffer_init(&out, 1000);
    soap_wsdl(SOAP_TM_1_1, SLICE("http://h/"), &out);
    cr_expect(out.failed);
    buffer_free(&out);
}

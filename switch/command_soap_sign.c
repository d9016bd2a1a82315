/* command_soap_sign.c - `tiyn soap-sign`: signs a SOAP request as an agent's client does, for
 * people with curl. */
#include <getopt.h>
#include <libxml/c14n.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocols/agent_soap/soap.h"
#include "protocols/xml/dsig.h"
#include "switch/command.h"
#include "switch/config_keys.h"
#include "switch/key_file.h"

static const char help[] =
    "Usage: tiyn soap-sign KEY FILE [--certificate N] [--sha256]\n"
    "\n"
    "Reads a SOAP request from FILE (-: standard input), puts the certificateNumber and the\n"
    "signature made with the private key KEY (PEM) into its Header, which is made when there is\n"
    "none, and writes the signed message to standard output, ready for: curl --data-binary @-\n"
    "\n"
    "  --certificate N   the number of the key at the node: 1 when it is not given\n"
    "  --sha256          SHA-256, which every partner may use; without it SHA-1, as the field's\n"
    "                    clients sign, for partners with legacy_signature\n"
    "\n"
    "Exit code: 0 done, 2 wrong arguments or no SOAP request, 3 a file or the key cannot be "
    "read.\n";

#define SIGNATURE_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"

static int fail(int code, const char *why) {
    fprintf(stderr, "tiyn soap-sign: %s\n", why);
    return code;
}

/* ---- The message -------------------------------------------------------------------------- */

static const char *parse_fault(enum xml_status status) {
    switch (status) {
    case XML_TOO_LARGE:
        return "the request has more than 64 KiB";
    case XML_FORBIDDEN:
        return "the request has a DTD, a processing instruction or another encoding than UTF-8";
    case XML_TOO_DEEP:
        return "the request is nested too deep, or has too many elements";
    case XML_NO_MEMORY:
        return "out of memory";
    case XML_MALFORMED:
    case XML_OK:
    default:
        return "the request is no well-formed XML";
    }
}

/* The Header of an envelope; a new one when it has none. NULL: it is no envelope. */
static xmlNode *header_of(xmlDoc *document) {
    xmlNode *root = xmlDocGetRootElement(document);
    xmlNode *first = root == NULL ? NULL : xml_first(root);
    if (first == NULL || !xml_is(root, SOAP_ENVELOPE_NAMESPACE, "Envelope")) {
        return NULL;
    }
    if (xml_is(first, SOAP_ENVELOPE_NAMESPACE, "Header")) {
        return first;
    }
    if (!xml_is(first, SOAP_ENVELOPE_NAMESPACE, "Body")) {
        return NULL;
    }
    xmlNode *header = xmlNewDocNode(document, root->ns, (const xmlChar *)"Header", NULL);
    return header == NULL ? NULL : xmlAddPrevSibling(first, header);
}

static bool add_certificate(xmlNode *header, const char *number) {
    xmlNode *old = xml_first(header);
    while (old != NULL) {
        xmlNode *next = xml_next(old);
        if (xml_is(old, SOAP_HEADER_NAMESPACE, "certificateNumber")) {
            xmlUnlinkNode(old);
            xmlFreeNode(old);
        }
        old = next;
    }
    xmlNode *node = xmlNewTextChild(header, NULL, (const xmlChar *)"certificateNumber",
                                    (const xmlChar *)number);
    xmlNs *name_space =
        node == NULL ? NULL : xmlNewNs(node, (const xmlChar *)SOAP_HEADER_NAMESPACE, NULL);
    if (name_space == NULL) {
        return false;
    }
    xmlSetNs(node, name_space);
    return true;
}

static bool is_signed(const xmlNode *header) {
    for (const xmlNode *node = xml_first(header); node != NULL; node = xml_next(node)) {
        if (xml_is(node, SIGNATURE_NAMESPACE, "Signature")) {
            return true;
        }
    }
    return false;
}

/* The message with its certificate number, as canonical XML. COMMAND_OK, or told why not. */
static int prepare(struct slice request, const char *number, struct buffer *out) {
    xmlDoc *document = NULL;
    xmlChar *bytes = NULL;
    enum xml_status status = xml_parse(request, &document);
    if (status != XML_OK) {
        return fail(COMMAND_USAGE, parse_fault(status));
    }
    xmlNode *header = header_of(document);
    bool twice = header != NULL && is_signed(header);
    bool good = header != NULL && !twice && add_certificate(header, number);
    int size = good ? xmlC14NDocDumpMemory(document, NULL, XML_C14N_1_0, NULL, 0, &bytes) : 0;
    if (size > 0) {
        buffer_append(out, bytes, (size_t)size);
    }
    xmlFree(bytes);
    xmlFreeDoc(document);
    if (twice) {
        return fail(COMMAND_USAGE, "the request is signed already");
    }
    if (header == NULL) {
        return fail(COMMAND_USAGE, "the request is no SOAP 1.1 envelope with a Body");
    }
    return size > 0 && !out->failed ? COMMAND_OK : fail(COMMAND_FAILED, "out of memory");
}

/* ---- The signature ------------------------------------------------------------------------ */

static struct dsig_private *read_key(const char *path) {
    char why[KEY_FILE_WHY];
    struct buffer text;
    struct dsig_private *key = NULL;
    buffer_init(&text, KEY_FILE_MAX + 1);
    if (key_file_read(path, &text, why) < 0) {
        fail(COMMAND_FAILED, why);
    } else {
        buffer_append(&text, "", 1);
        key = text.failed ? NULL : dsig_private_read(text.base);
        if (key == NULL) {
            fail(COMMAND_FAILED, "the key is no private RSA key in PEM, without a password");
        }
    }
    if (text.base != NULL) {
        sodium_memzero(text.base, text.used);
    }
    buffer_free(&text);
    return key;
}

static int sign(const char *path, enum dsig_hash hash, struct slice message) {
    const struct dsig_algorithms algorithms = {hash, DSIG_EXCLUSIVE_COMMENTS};
    struct dsig_private *key = read_key(path);
    if (key == NULL) {
        return COMMAND_FAILED;
    }
    struct buffer out;
    buffer_init(&out, (size_t)2 * XML_BYTES_MAX);
    int code = COMMAND_OK;
    if (!dsig_sign(key, algorithms, message, "Header", &out)) {
        code = fail(COMMAND_FAILED, "the library could not sign it");
    } else if (fwrite(out.base, 1, out.used, stdout) != out.used || fflush(stdout) != 0) {
        code = fail(COMMAND_FAILED, "standard output cannot be written");
    } else if (isatty(STDOUT_FILENO) == 1) {
        putchar('\n');
    }
    buffer_free(&out);
    dsig_private_free(key);
    return code;
}

static int run(char **files, const char *number, enum dsig_hash hash) {
    char why[KEY_FILE_WHY];
    struct buffer request, message;
    if (xml_start() < 0) {
        return fail(COMMAND_FAILED, "the XML library cannot start");
    }
    buffer_init(&request, (size_t)2 * KEY_FILE_MAX);
    buffer_init(&message, (size_t)2 * XML_BYTES_MAX);
    int code = COMMAND_OK;
    if (key_file_read(files[1], &request, why) < 0) {
        code = fail(COMMAND_FAILED, why);
    } else {
        code = prepare((struct slice){request.base, request.used}, number, &message);
    }
    if (code == COMMAND_OK) {
        code = sign(files[0], hash, (struct slice){message.base, message.used});
    }
    buffer_free(&request);
    buffer_free(&message);
    return code;
}

int command_soap_sign(int argc, char **argv) {
    static const struct option options[] = {{"certificate", required_argument, NULL, 'c'},
                                            {"sha256", no_argument, NULL, '2'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *number = "1";
    enum dsig_hash hash = DSIG_SHA1;
    uint64_t value = 0;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs(help, stdout);
            return COMMAND_OK;
        }
        if (option != 'c' && option != '2') {
            return command_usage("soap-sign", "%s is not understood", argv[optind - 1]);
        }
        number = option == 'c' ? optarg : number;
        hash = option == '2' ? DSIG_SHA256 : hash;
    }
    if (!config_number(number, 0, INT32_MAX, &value)) {
        return command_usage("soap-sign", "--certificate must be a whole number");
    }
    if (argc - optind != 2) {
        return command_usage("soap-sign", "give the key's file and the request's file");
    }
    return run(argv + optind, number, hash);
}

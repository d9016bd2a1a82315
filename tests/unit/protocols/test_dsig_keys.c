/* Keys: which texts and bytes are taken for one. */
#include <criterion/criterion.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"

static uint8_t der[2048];

/* What the key or certificate that was written comes to, in DER; frees the BIO. */
static size_t taken(BIO *text) {
    char *bytes = NULL;
    long size = BIO_get_mem_data(text, &bytes);
    cr_assert_gt(size, 0);
    size_t taken_size = dsig_public_pem((struct slice){bytes, (size_t)size}, der, sizeof(der));
    BIO_free(text);
    return taken_size;
}

static BIO *public_pem(EVP_PKEY *key) {
    BIO *text = BIO_new(BIO_s_mem());
    cr_assert_eq(PEM_write_bio_PUBKEY(text, key), 1);
    return text;
}

static BIO *certificate_pem(EVP_PKEY *key, const EVP_MD *hash) {
    X509 *certificate = X509_new();
    BIO *text = BIO_new(BIO_s_mem());
    X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate), -3600); /* the record says how long, not it */
    cr_assert_eq(X509_set_pubkey(certificate, key), 1);
    cr_assert_gt(X509_sign(certificate, key, hash), 0);
    cr_assert_eq(PEM_write_bio_X509(text, certificate), 1);
    X509_free(certificate);
    return text;
}

/* A public key with this exponent, and the modulus of another key or a prime. */
static EVP_PKEY *unsound(const EVP_PKEY *key, unsigned long exponent) {
    BIGNUM *n = NULL, *e = BN_new();
    EVP_PKEY *made = NULL;
    if (key == NULL) {
        n = BN_new();
        cr_assert(BN_generate_prime_ex(n, 1024, 0, NULL, NULL, NULL));
    } else {
        cr_assert(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n));
    }
    cr_assert(BN_set_word(e, exponent));
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    cr_assert_gt(EVP_PKEY_fromdata_init(context), 0);
    cr_assert_gt(EVP_PKEY_fromdata(context, &made, EVP_PKEY_PUBLIC_KEY, params), 0);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return made;
}

Test(dsig_keys, a_public_key_and_a_certificate_are_taken) {
    uint8_t first[sizeof(der)];
    EVP_PKEY *key = EVP_RSA_gen(2048);
    cr_assert_eq(xml_start(), 0);
    size_t size = taken(public_pem(key));
    cr_assert_gt(size, 0);
    memcpy(first, der, size);
    cr_expect_eq(taken(certificate_pem(key, EVP_sha256())), size);
    cr_expect_arr_eq(der, first, size);
    struct dsig_public *public = dsig_public_read(der, size);
    cr_assert_not_null(public);
    cr_expect_eq(dsig_public_bits(public), 2048);
    dsig_public_free(public);
    cr_expect_null(dsig_public_read(der, size - 1), "an end is missing");
    der[size] = 0;
    cr_expect_null(dsig_public_read(der, size + 1), "a byte too many");
    EVP_PKEY_free(key);
}

Test(dsig_keys, a_pem_has_text_around_it_as_openssl_writes_it) {
    struct buffer text;
    buffer_init(&text, 1 << 16);
    buffer_text(&text, "Bag Attributes\r\n    friendlyName: partner\r\nKey Attributes:\r\n");
    buffer_text(&text, rig_pem("agent.pub"));
    buffer_text(&text, "and more\n");
    size_t size = dsig_public_pem((struct slice){text.base, text.used}, der, sizeof(der));
    cr_expect_gt(size, 0);
    cr_expect_eq(dsig_public_pem((struct slice){text.base, text.used}, der, size), size);
    cr_expect_eq(dsig_public_pem((struct slice){text.base, text.used}, der, size - 1), 0);
    buffer_free(&text);
}

Test(dsig_keys, what_is_no_rsa_key_is_refused) {
    EVP_PKEY *curve = EVP_EC_gen("P-256"), *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY *pss = EVP_PKEY_Q_keygen(NULL, NULL, "RSA-PSS", (size_t)2048);
    cr_expect_eq(taken(public_pem(curve)), 0);
    cr_expect_eq(taken(certificate_pem(curve, EVP_sha256())), 0);
    cr_expect_eq(taken(public_pem(edwards)), 0);
    if (pss != NULL)
        cr_expect_eq(taken(public_pem(pss)), 0);
    unsigned char *at = der;
    int size = i2d_PUBKEY(curve, &at);
    cr_assert_gt(size, 0);
    cr_expect_null(dsig_public_read(der, (size_t)size));
    BIO *secret = BIO_new(BIO_s_mem());
    cr_assert_eq(PEM_write_bio_PrivateKey(secret, curve, NULL, NULL, 0, NULL, NULL), 1);
    cr_assert_eq(BIO_write(secret, "", 1), 1);
    char *pem = NULL;
    cr_assert_gt(BIO_get_mem_data(secret, &pem), 0);
    cr_expect_null(dsig_private_read(pem));
    BIO_free(secret);
    EVP_PKEY_free(pss);
    EVP_PKEY_free(edwards);
    EVP_PKEY_free(curve);
}

/* Anybody could sign for the partner: s to the power of 1 is s, and roots modulo a prime are easy.
 */
Test(dsig_keys, a_key_that_anybody_can_sign_with_is_refused) {
    EVP_PKEY *key = EVP_RSA_gen(1024);
    EVP_PKEY *bad[] = {unsound(key, 1), unsound(key, 2), unsound(NULL, 65537)};
    EVP_PKEY *small = unsound(key, 3);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(taken(public_pem(bad[i])), 0, "%zu", i);
        EVP_PKEY_free(bad[i]);
    }
    cr_expect_gt(taken(public_pem(small)), 0, "3 is an exponent of old keys");
    EVP_PKEY_free(small);
    EVP_PKEY_free(key);
}

Test(dsig_keys, garbage_is_refused) {
    static const char *const texts[] = {
        "",
        "garbage",
        "-----BEGIN PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n\n"
        "-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
        "00000000000000000000000000000000\n\nAAAA\n-----END PUBLIC KEY-----\n"};
    cr_assert_eq(xml_start(), 0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_expect_eq(dsig_public_pem(slice_text(texts[i]), der, sizeof(der)), 0, "%s", texts[i]);
        cr_expect_null(dsig_private_read(texts[i]), "%s", texts[i]);
        cr_expect_null(dsig_public_read(texts[i], strlen(texts[i])), "%s", texts[i]);
    }
    cr_expect_eq(dsig_public_pem(slice_text(rig_pem("agent")), der, sizeof(der)), 0,
                 "a partner's private key has no place here");
    cr_expect_null(dsig_private_read(rig_pem("agent.pub")));
    dsig_public_free(NULL);
    dsig_private_free(NULL);
}

Test(dsig_keys, a_private_key_is_taken_in_both_forms_but_with_no_password) {
    EVP_PKEY *key = EVP_RSA_gen(2048);
    for (int form = 0; form < 3; form++) {
        BIO *text = BIO_new(BIO_s_mem());
        char *pem = NULL, word[] = "word";
        const EVP_CIPHER *cipher = form == 2 ? EVP_aes_128_cbc() : NULL;
        int written =
            form == 1 ? PEM_write_bio_PrivateKey_traditional(text, key, NULL, NULL, 0, NULL, NULL)
                      : PEM_write_bio_PKCS8PrivateKey(text, key, cipher, word, cipher ? 4 : 0, NULL,
                                                      NULL);
        cr_assert_eq(written, 1);
        cr_assert_eq(BIO_write(text, "", 1), 1);
        cr_assert_gt(BIO_get_mem_data(text, &pem), 0);
        struct dsig_private *read = dsig_private_read(pem);
        cr_expect_eq(read != NULL, form != 2, "form %d", form);
        dsig_private_free(read);
        BIO_free(text);
    }
    EVP_PKEY_free(key);
}

/* What is signed with the private text verifies with the public one, and with no other. */
static void check_pair(struct buffer *private_pem, const struct buffer *public_pem_text,
                       uint32_t bits) {
    static const struct dsig_algorithms algorithms = {DSIG_SHA256, DSIG_EXCLUSIVE};
    struct slice open = {public_pem_text->base, public_pem_text->used};
    struct slice public_der = {(const char *)der, dsig_public_pem(open, der, sizeof(der))};
    struct dsig_public *public = dsig_public_read(public_der.base, public_der.size);
    cr_expect(slice_starts((struct slice){private_pem->base, private_pem->used},
                           SLICE("-----BEGIN PRIVATE KEY-----\n")));
    buffer_append(private_pem, "", 1);
    struct dsig_private *private = dsig_private_read(private_pem->base);
    cr_assert(public != NULL && private != NULL);
    cr_expect_eq(dsig_public_bits(public), bits);
    struct buffer out;
    buffer_init(&out, XML_BYTES_MAX);
    cr_assert(dsig_sign(private, algorithms, SLICE("<a><Header></Header></a>"), "Header", &out));
    cr_expect_eq(forge_verdict_with((struct slice){out.base, out.used}, public_der, false),
                 FORGE_VERIFIES);
    cr_expect_eq(forge_verdict(&out, "stranger", false), FORGE_FALSE);
    buffer_free(&out);
    dsig_public_free(public);
    dsig_private_free(private);
}

Test(dsig_keys, new_keys_are_pairs_of_the_bits_asked_for) {
    static const uint32_t refused[] = {0, 512, 1024, 2047, 4097, UINT32_MAX};
    struct buffer private_pem, public_pem_text, full;
    buffer_init(&private_pem, 1 << 14);
    buffer_init(&public_pem_text, 1 << 14);
    buffer_init(&full, 100);
    cr_assert_eq(xml_start(), 0);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_expect_not(dsig_key_make(refused[i], &private_pem, &public_pem_text), "%u", refused[i]);
    cr_expect_eq(private_pem.used + public_pem_text.used, 0);
    cr_assert(dsig_key_make(2048, &private_pem, &public_pem_text));
    check_pair(&private_pem, &public_pem_text, 2048);
    buffer_free(&private_pem);
    buffer_free(&public_pem_text);
    cr_assert(dsig_key_make(2056, &private_pem, &public_pem_text));
    check_pair(&private_pem, &public_pem_text, 2056);
    cr_expect_not(dsig_key_make(2048, &full, &public_pem_text), "no room");
    buffer_free(&full);
    buffer_free(&private_pem);
    buffer_free(&public_pem_text);
}

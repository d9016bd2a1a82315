/* dsig_key.c - RSA keys: from DER and PEM, and new ones. */
#include "protocols/xml/dsig_key.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <xmlsec/openssl/evp.h>

/* What an RSA key may have: fewer bits are refused later, more cost the verifier too much. */
#define KEY_BITS_MAX 8192

static bool is_rsa(const EVP_PKEY *key) {
    return EVP_PKEY_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_bits(key) <= KEY_BITS_MAX;
}

/* Takes the key over, whatever happens. */
static xmlSecKey *adopt(EVP_PKEY *key) {
    xmlSecKeyData *data = xmlSecOpenSSLEvpKeyAdopt(key);
    xmlSecKey *made = data == NULL ? NULL : xmlSecKeyCreate();
    if (data == NULL) {
        EVP_PKEY_free(key);
        return NULL;
    }
    if (made == NULL || xmlSecKeySetValue(made, data) < 0) {
        xmlSecKeyDataDestroy(data);
        if (made != NULL) {
            xmlSecKeyDestroy(made);
        }
        return NULL;
    }
    return made;
}

struct dsig_public *dsig_public_read(const void *der, size_t size) {
    const unsigned char *at = der;
    EVP_PKEY *key = size > 65536 ? NULL : d2i_PUBKEY(NULL, &at, (long)size);
    if (key == NULL) {
        return NULL;
    }
    bool whole = at == (const unsigned char *)der + size && is_rsa(key);
    struct dsig_public *made = whole ? calloc(1, sizeof(*made)) : NULL;
    if (made == NULL) {
        EVP_PKEY_free(key);
        return NULL;
    }
    made->bits = (uint32_t)EVP_PKEY_bits(key);
    made->rsa = dsig_rsa_new(key, false);
    if (made->rsa == NULL) {
        free(made);
        return NULL;
    }
    return made;
}

void dsig_public_free(struct dsig_public *key) {
    if (key != NULL) {
        dsig_rsa_free(key->rsa);
        free(key);
    }
}

uint32_t dsig_public_bits(const struct dsig_public *key) {
    return key->bits;
}

/* A PEM with a password is refused, not asked for. */
static int no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

/* The public key of PEM text: of a key, or of a certificate. NULL: neither. */
static EVP_PKEY *read_pem(BIO *text) {
    EVP_PKEY *key = PEM_read_bio_PUBKEY(text, NULL, no_password, NULL);
    if (key != NULL || BIO_reset(text) != 1) {
        return key;
    }
    X509 *certificate = PEM_read_bio_X509(text, NULL, no_password, NULL);
    key = certificate == NULL ? NULL : X509_get_pubkey(certificate);
    X509_free(certificate);
    return key;
}

/* Whether signatures by this key mean anything: with an exponent of 1 or a modulus that is a prime,
 * anybody can make them. Takes 3 ms with 2048 bits. */
static bool is_sound(EVP_PKEY *key) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool sound = context != NULL && EVP_PKEY_public_check(context) == 1;
    EVP_PKEY_CTX_free(context);
    return sound;
}

size_t dsig_public_pem(struct slice pem, uint8_t *out, size_t size) {
    BIO *text = pem.size > 65536 ? NULL : BIO_new_mem_buf(pem.base, (int)pem.size);
    EVP_PKEY *key = text == NULL ? NULL : read_pem(text);
    bool good = key != NULL && is_rsa(key) && is_sound(key);
    int length = good ? i2d_PUBKEY(key, NULL) : 0;
    if (length > 0 && (size_t)length <= size) {
        unsigned char *at = out;
        length = i2d_PUBKEY(key, &at);
    } else {
        length = 0;
    }
    EVP_PKEY_free(key);
    BIO_free(text);
    return length > 0 ? (size_t)length : 0;
}

struct dsig_private *dsig_private_read(const char *pem) {
    BIO *text = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = text == NULL ? NULL : PEM_read_bio_PrivateKey(text, NULL, no_password, NULL);
    BIO_free(text);
    struct dsig_private *made = key != NULL && is_rsa(key) ? calloc(1, sizeof(*made)) : NULL;
    if (made == NULL) {
        EVP_PKEY_free(key);
        return NULL;
    }
    (void)EVP_PKEY_up_ref(key);
    made->rsa = dsig_rsa_new(key, true);
    made->key = adopt(key);
    if (made->rsa == NULL || made->key == NULL) {
        dsig_private_free(made);
        return NULL;
    }
    return made;
}

void dsig_private_free(struct dsig_private *key) {
    if (key != NULL) {
        dsig_rsa_free(key->rsa);
        if (key->key != NULL) {
            xmlSecKeyDestroy(key->key);
        }
        free(key);
    }
}

static void append_all(BIO *text, struct buffer *out) {
    char *bytes = NULL;
    long size = BIO_get_mem_data(text, &bytes);
    buffer_append(out, bytes, (size_t)size);
}

bool dsig_key_make(uint32_t bits, struct buffer *private_pem, struct buffer *public_pem) {
    EVP_PKEY *key = bits >= DSIG_KEY_BITS_MIN && bits <= 4096 ? EVP_RSA_gen(bits) : NULL;
    BIO *secret = BIO_new(BIO_s_secmem()), *open = BIO_new(BIO_s_mem());
    bool made = key != NULL && secret != NULL && open != NULL &&
                PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) > 0 &&
                PEM_write_bio_PUBKEY(open, key) > 0;
    if (made) {
        append_all(secret, private_pem);
        append_all(open, public_pem);
    }
    EVP_PKEY_free(key);
    BIO_free(secret);
    BIO_free(open);
    return made && !private_pem->failed && !public_pem->failed;
}

#include "server/certificate.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

// Its dates may be over, or this clock wrong: that says nothing of who made it.
static bool is_vouched_for(gnutls_x509_crt_t *chain, unsigned count)
{
    gnutls_x509_trust_list_t trusted;
    unsigned found = GNUTLS_CERT_SIGNER_NOT_FOUND;
    if (gnutls_x509_trust_list_init(&trusted, 0) != 0) {
        return false;
    }
    if (gnutls_x509_trust_list_add_system_trust(trusted, 0, 0) >= 0) {
        gnutls_x509_trust_list_verify_crt(trusted, chain, count, 0, &found,
                                          NULL);
    }
    // With the system's certificates; the chain is not in it.
    gnutls_x509_trust_list_deinit(trusted, 1);
    return (found &
            (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) == 0;
}

static bool write_pin(gnutls_x509_crt_t certificate,
                      char out[CERTIFICATE_PIN_SIZE])
{
    gnutls_pubkey_t key;
    gnutls_datum_t bytes = {NULL, 0};
    struct buf pin = {0};
    if (gnutls_pubkey_init(&key) != 0) {
        return false;
    }
    bool done = gnutls_pubkey_import_x509(key, certificate, 0) == 0 &&
                gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &bytes) == 0;
    if (done) {
        unsigned char digest[DIGEST_BYTES];
        digest_of(bytes.data, bytes.size, digest);
        buf_append_text(&pin, "sha256//");
        base64_append(digest, sizeof digest, &pin);
        done = buf_ok(&pin) && pin.size < CERTIFICATE_PIN_SIZE;
    }
    if (done) {
        memcpy(out, buf_text(&pin), pin.size + 1);
    }
    gnutls_free(bytes.data);
    gnutls_pubkey_deinit(key);
    buf_free(&pin);
    return done;
}

bool certificate_find_pin(const char *path, char out[CERTIFICATE_PIN_SIZE],
                          int64_t *out_until)
{
    struct buf text = {0};
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;
    bool done = file_read(path, FILE_MAX, &text);
    gnutls_datum_t pem = {(unsigned char *)text.data, (unsigned)text.size};
    done = done &&
           gnutls_x509_crt_list_import2(&chain, &count, &pem,
                                        GNUTLS_X509_FMT_PEM, 0) == 0 &&
           count > 0;
    out[0] = '\0';
    if (done && !is_vouched_for(chain, count)) {
        done = write_pin(chain[0], out);
    }
    if (done) {
        *out_until =
            (int64_t)gnutls_x509_crt_get_expiration_time(chain[0]) * 1000;
    } else {
        log_error("server", "%s: holds no certificate that can be read", path);
    }
    for (unsigned i = 0; i < count; i++) {
        gnutls_x509_crt_deinit(chain[i]);
    }
    gnutls_free(chain);
    buf_free(&text);
    return done;
}

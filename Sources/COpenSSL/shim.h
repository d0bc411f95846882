// What Swift sees of OpenSSL: the library's own functions, those of its macros that the server
// uses as functions, and a BIO over a socket that never raises SIGPIPE.
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>

// A socket below a BIO. OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and does not tell
// whether the last read emptied the socket.
typedef struct {
    int descriptor;
    // Whether the last read got less than it had room for: edge-triggered epoll tells of more.
    int is_drained;
    int is_ended;
    // The errno of the last call that failed for good.
    int error;
} redwing_bio_state;

static inline redwing_bio_state *redwing_bio_get_state(BIO *bio) {
    return (redwing_bio_state *)BIO_get_data(bio);
}

static inline int redwing_bio_read(BIO *bio, char *room, int count) {
    redwing_bio_state *state = redwing_bio_get_state(bio);
    ssize_t result;
    BIO_clear_retry_flags(bio);
    do {
        result = recv(state->descriptor, room, (size_t)count, 0);
    } while (result < 0 && errno == EINTR);
    state->is_drained = result < count;
    if (result == 0) state->is_ended = 1;
    if (result >= 0) return (int)result;
    if (errno == EAGAIN) {
        BIO_set_retry_read(bio);
    } else {
        state->error = errno;
    }
    return -1;
}

static inline int redwing_bio_write(BIO *bio, const char *bytes, int count) {
    redwing_bio_state *state = redwing_bio_get_state(bio);
    ssize_t result;
    BIO_clear_retry_flags(bio);
    do {
        result = send(state->descriptor, bytes, (size_t)count, MSG_NOSIGNAL);
    } while (result < 0 && errno == EINTR);
    if (result >= 0) return (int)result;
    if (errno == EAGAIN) {
        BIO_set_retry_write(bio);
    } else {
        state->error = errno;
    }
    return -1;
}

static inline long redwing_bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return redwing_bio_get_state(bio)->is_ended;
    return 0;
}

static inline int redwing_bio_destroy(BIO *bio) {
    OPENSSL_free(BIO_get_data(bio));
    return 1;
}

static inline BIO_METHOD *redwing_bio_method_create(void) {
    int type = BIO_get_new_index();
    BIO_METHOD *method =
        type < 0 ? NULL : BIO_meth_new(type | BIO_TYPE_SOURCE_SINK, "socket without signals");
    if (!method) return NULL;
    BIO_meth_set_read(method, redwing_bio_read);
    BIO_meth_set_write(method, redwing_bio_write);
    BIO_meth_set_ctrl(method, redwing_bio_control);
    BIO_meth_set_destroy(method, redwing_bio_destroy);
    return method;
}

// A BIO over a socket that somebody else closes; NULL without memory.
static inline BIO *redwing_bio_create(const BIO_METHOD *method, int descriptor) {
    redwing_bio_state *state = (redwing_bio_state *)OPENSSL_zalloc(sizeof(redwing_bio_state));
    if (!state) return NULL;
    BIO *bio = BIO_new(method);
    if (!bio) {
        OPENSSL_free(state);
        return NULL;
    }
    state->descriptor = descriptor;
    BIO_set_data(bio, state);
    BIO_set_init(bio, 1);
    return bio;
}

typedef struct {
    const char *bytes;
    int count;
} redwing_passphrase;

static inline int redwing_passphrase_copy(char *room, int size, int is_writing, void *data) {
    const redwing_passphrase *passphrase = (const redwing_passphrase *)data;
    (void)is_writing;
    // Without this answer the library would ask the terminal.
    if (!passphrase || passphrase->count == 0 || passphrase->count > size) return -1;
    memcpy(room, passphrase->bytes, (size_t)passphrase->count);
    return passphrase->count;
}

// Loads a private key; the passphrase is forgotten before this returns.
static inline int redwing_ctx_use_key_file(
    SSL_CTX *context, const char *path, const char *passphrase, int count) {
    redwing_passphrase secret = {passphrase, count};
    SSL_CTX_set_default_passwd_cb(context, redwing_passphrase_copy);
    SSL_CTX_set_default_passwd_cb_userdata(context, &secret);
    int result = SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
    return result;
}

static inline void redwing_ctx_set_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
}

static inline void redwing_ctx_set_session_cache(SSL_CTX *context, int is_on, long size) {
    SSL_CTX_set_session_cache_mode(context, is_on ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
    if (is_on) SSL_CTX_sess_set_cache_size(context, size);
}

static inline void redwing_ctx_set_dh_auto(SSL_CTX *context) { SSL_CTX_set_dh_auto(context, 1); }

static inline uint64_t redwing_option_no_tls1_0(void) { return SSL_OP_NO_TLSv1; }
static inline uint64_t redwing_option_no_tls1_1(void) { return SSL_OP_NO_TLSv1_1; }
static inline uint64_t redwing_option_no_tls1_2(void) { return SSL_OP_NO_TLSv1_2; }
static inline uint64_t redwing_option_no_tls1_3(void) { return SSL_OP_NO_TLSv1_3; }
static inline uint64_t redwing_option_no_ticket(void) { return SSL_OP_NO_TICKET; }
static inline uint64_t redwing_option_server_ciphers(void) {
    return SSL_OP_CIPHER_SERVER_PREFERENCE;
}
// Peers that leave without a close_notify are no error: the protocol above has lengths.
static inline uint64_t redwing_option_always(void) {
    return SSL_OP_NO_SSLv3 | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION
        | SSL_OP_IGNORE_UNEXPECTED_EOF;
}

static inline int redwing_is_known_certificate_error(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_X509
        && ERR_GET_REASON(code) == X509_R_CERT_ALREADY_IN_HASH_TABLE;
}

static inline int redwing_store_count(X509_STORE *store) {
    return sk_X509_OBJECT_num(X509_STORE_get0_objects(store));
}

// The certificate at an index of a store; NULL if something else is there.
static inline X509 *redwing_store_certificate(X509_STORE *store, int index) {
    X509_OBJECT *object = sk_X509_OBJECT_value(X509_STORE_get0_objects(store), index);
    return object ? X509_OBJECT_get0_X509(object) : NULL;
}

static inline GENERAL_NAMES *redwing_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int redwing_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

// The URI at an index of alternative names; NULL if another kind of name is there.
static inline const ASN1_STRING *redwing_names_uri(const GENERAL_NAMES *names, int index) {
    GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    return name && name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
}

// One SSL_CTX with modern defaults.
#include "transport/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>

namespace parley::transport {
namespace {

constexpr const char* ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* ciphers_of_one_three =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

// As it goes over the wire: length, name.
constexpr std::string_view spoken = "\x08http/1.1";

// Who offers protocols and not ours would misunderstand every byte: better no connection (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
    unsigned char* found = nullptr;
    const int how = SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(spoken.data()),
                                          static_cast<unsigned>(spoken.size()), offered, offered_size);
    *chosen = found;
    return how == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool insist(SSL_CTX* on, tls_version least) {
    const int version = least == tls_version::one_three ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_set_options(on, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(on, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(on, &choose_protocol, nullptr);
    // An idle connection keeps no buffers; one that is read takes as much as there is at once.
    SSL_CTX_set_mode(on, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(on, 1);
    return SSL_CTX_set_min_proto_version(on, version) == 1 && SSL_CTX_set_max_proto_version(on, 0) == 1 &&
           SSL_CTX_set_cipher_list(on, ciphers) == 1 && SSL_CTX_set_ciphersuites(on, ciphers_of_one_three) == 1 &&
           SSL_CTX_set1_groups_list(on, groups) == 1;
}

bool show(SSL_CTX* on, const key_pair& pair) {
    if (SSL_CTX_use_certificate(on, pair.certificate()) != 1) return false;
    for (const auto& one : pair.chain())
        if (SSL_CTX_add1_chain_cert(on, one.get()) != 1) return false;
    return SSL_CTX_use_PrivateKey(on, pair.key()) == 1 && SSL_CTX_check_private_key(on) == 1;
}

}  // namespace

result<std::shared_ptr<const tls_context>> tls_context::make(const key_pair& shows, tls_version least) {
    ERR_clear_error();
    const std::shared_ptr<ssl_ctx_st> made(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (made && insist(made.get(), least) && show(made.get(), shows))
        return std::shared_ptr<const tls_context>(new tls_context(made));
    const char* why = ERR_reason_error_string(ERR_peek_last_error());
    std::string message = "TLS cannot be spoken with this certificate and key: ";
    message += why != nullptr ? why : "unknown reason";
    ERR_clear_error();
    return invalid("tls_refused", message + ".", "certificate");
}

}  // namespace parley::transport

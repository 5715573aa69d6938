// A blocking TLS client for tests, with the vices that a test wishes for.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/key_pair.hpp"
#include "base/testing/self_signed.hpp"
#include "transport/test_server.hpp"
#include "transport/tls_context.hpp"

namespace parley::transport::testing {

/// A pair of its own, made on the spot.
inline std::shared_ptr<const key_pair> new_pair() {
    const auto pem = parley::testing::self_signed();
    return key_pair::parse(pem.certificate, pem.key).value();
}

inline std::shared_ptr<const tls_context> tls_with(const key_pair& pair, tls_version least = tls_version::one_two) {
    return tls_context::make(pair, least).value();
}

/// Everything waits for ten seconds at most, as raw_client does.
class tls_client final : public response_reader {
public:
    using set_up = std::function<void(SSL_CTX*)>;

    explicit tls_client(std::uint16_t port, const set_up& wish = [](SSL_CTX*) {}) : raw_(port) {
        ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket writes without asking; the server's must not
        // Below what Debian allows, so that it is the server that refuses.
        SSL_CTX_set_security_level(context_.get(), 0);
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        wish(context_.get());
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_msg_callback(ssl_.get(), &count_records);
        SSL_set_msg_callback_arg(ssl_.get(), &records_);
        SSL_set_fd(ssl_.get(), static_cast<int>(raw_.socket().native_handle()));
    }

    /// Whether both came to an understanding.
    bool shake_hands() { return SSL_connect(ssl_.get()) == 1; }

    [[nodiscard]] SSL* native() { return ssl_.get(); }
    [[nodiscard]] raw_client& below() { return raw_; }
    /// How many records with data have come.
    [[nodiscard]] int records() const { return records_; }

    /// Of the certificate that the server has shown.
    [[nodiscard]] std::string fingerprint() const {
        const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl_.get()), &X509_free);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        X509_digest(shown.get(), EVP_sha256(), digest, &size);
        std::string made;
        for (unsigned i = 0; i < size; ++i) {
            constexpr std::string_view digits = "0123456789abcdef";
            made += digits[digest[i] >> 4];
            made += digits[digest[i] & 15];
        }
        return made;
    }

    void send(std::string_view bytes) {
        std::size_t written = 0;
        SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    }

    /// Whether the server has ended as TLS wants it, and not just cut the socket.
    [[nodiscard]] bool ended_politely() const { return SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN; }

private:
    static void count_records(int sent, int, int type, const void* bytes, size_t, SSL*, void* into) {
        constexpr unsigned char data = 23;
        if (sent == 0 && type == SSL3_RT_HEADER && *static_cast<const unsigned char*>(bytes) == data)
            ++*static_cast<int*>(into);
    }

    bool receive(std::string& into) override {
        char some[16384];
        std::size_t size = 0;
        if (SSL_read_ex(ssl_.get(), some, sizeof some, &size) == 1) into.append(some, size);
        ERR_clear_error();
        return size > 0;
    }

    raw_client raw_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
    int records_ = 0;
};

}  // namespace parley::transport::testing

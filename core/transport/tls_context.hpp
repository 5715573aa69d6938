// What the server shows to those who connect by TLS, and what it insists on.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "base/key_pair.hpp"

struct ssl_ctx_st;

namespace parley::transport {

enum class tls_version : unsigned char { one_two = 1, one_three };

/// Immutable; any thread may use it, and connections made under it outlive it.
/// Mozilla's "intermediate" without DHE: TLS 1.2 with ECDHE and an AEAD, TLS 1.3; no renegotiation, no compression, no
/// session kept in memory (tickets instead); of protocols above it only http/1.1.
class tls_context {
public:
    /// Fails with code "tls_refused" when OpenSSL does not want the pair, for instance for a weak signature.
    [[nodiscard]] static result<std::shared_ptr<const tls_context>> make(const key_pair& shows, tls_version least);

    [[nodiscard]] ssl_ctx_st* native() const { return native_.get(); }

private:
    explicit tls_context(std::shared_ptr<ssl_ctx_st> native) : native_(std::move(native)) {}
    std::shared_ptr<ssl_ctx_st> native_;
};

}  // namespace parley::transport

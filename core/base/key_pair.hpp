// A certificate, those that vouch for it, and its private key: what a TLS server shows and proves.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

// As OpenSSL names them, so that whoever only passes a pair on needs none of its headers.
struct x509_st;
struct evp_pkey_st;

namespace parley {

/// Immutable; any thread may use it.
class key_pair {
public:
    /// From PEM: the server's own certificate first, then those that lead to a root; and the key that belongs to it,
    /// without a password. Errors are `invalid`, with "certificate" or "key" as the field at fault and a message that
    /// shows nothing of either: certificate_invalid, key_invalid, key_weak, key_mismatch.
    [[nodiscard]] static result<std::shared_ptr<const key_pair>> parse(std::string_view certificates,
                                                                       std::string_view key);

    [[nodiscard]] x509_st* certificate() const { return chain_.front().get(); }
    /// Those after the first.
    [[nodiscard]] std::span<const std::shared_ptr<x509_st>> chain() const { return std::span(chain_).subspan(1); }
    [[nodiscard]] evp_pkey_st* key() const { return key_.get(); }

    /// From when, and until when, the certificate is good.
    [[nodiscard]] moment good_from() const { return good_from_; }
    [[nodiscard]] moment good_until() const { return good_until_; }

    /// SHA-256 of the certificate in lower-case hexadecimal.
    [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

private:
    key_pair() = default;

    std::vector<std::shared_ptr<x509_st>> chain_;
    std::shared_ptr<evp_pkey_st> key_;
    moment good_from_;
    moment good_until_;
    std::string fingerprint_;
};

}  // namespace parley

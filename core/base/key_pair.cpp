// Certificates and keys, read from PEM and held against each other.
#include "base/key_pair.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <optional>

namespace parley {
namespace {

constexpr std::size_t longest_chain = 16;
constexpr int least_security = 112;  // bits: RSA of 2,048, which OpenSSL's level 2 asks for as well

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

bio reading(std::string_view text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free}; }

/// Instead of OpenSSL's own, which asks at the terminal; leaves a note that it was called.
int no_password(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

using certificates = std::vector<std::shared_ptr<x509_st>>;

result<certificates> read_certificates(std::string_view text) {
    const auto from = reading(text);
    certificates all;
    bool asked = false;
    while (X509* one = PEM_read_bio_X509(from.get(), nullptr, &no_password, &asked)) {
        all.emplace_back(one, &X509_free);
        if (all.size() > longest_chain)
            return invalid("certificate_invalid", "has more certificates than any chain needs", "certificate");
    }
    // The end of the text is no error; a certificate that cannot be read is.
    const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!ended) return invalid("certificate_invalid", "holds a certificate that cannot be read", "certificate");
    if (all.empty()) return invalid("certificate_invalid", "holds no certificate in PEM", "certificate");
    return all;
}

result<std::shared_ptr<evp_pkey_st>> read_key(std::string_view text) {
    const auto from = reading(text);
    bool asked = false;
    std::shared_ptr<evp_pkey_st> made(PEM_read_bio_PrivateKey(from.get(), nullptr, &no_password, &asked),
                                      &EVP_PKEY_free);
    ERR_clear_error();
    if (asked) return invalid("key_invalid", "is protected by a password, for which nobody can be asked", "key");
    if (!made) return invalid("key_invalid", "holds no private key in PEM", "key");
    if (EVP_PKEY_get_security_bits(made.get()) < least_security)
        return invalid("key_weak", "is too short a key; RSA needs 2,048 bits", "key");
    return made;
}

std::optional<moment> moment_of(const ASN1_TIME* at) {
    std::tm utc{};
    if (ASN1_TIME_to_tm(at, &utc) != 1) return std::nullopt;
    return moment{std::chrono::seconds{::timegm(&utc)}};
}

std::string fingerprint_of(const X509* of) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(of, EVP_sha256(), digest.data(), &size) != 1) return {};
    std::string made;
    for (unsigned i = 0; i < size; ++i) made += fmt::format("{:02x}", digest[i]);
    return made;
}

}  // namespace

result<std::shared_ptr<const key_pair>> key_pair::parse(std::string_view certificates, std::string_view key) {
    ERR_clear_error();
    auto chain = read_certificates(certificates);
    if (!chain) return std::unexpected(chain.error());
    auto own = read_key(key);
    if (!own) return std::unexpected(own.error());
    X509* const first = chain->front().get();
    const bool belongs = X509_check_private_key(first, own->get()) == 1;
    ERR_clear_error();
    if (!belongs)
        return invalid("key_mismatch", "does not belong to the first certificate, which has to be the server's own",
                       "key");
    const auto from = moment_of(X509_get0_notBefore(first));
    const auto until = moment_of(X509_get0_notAfter(first));
    if (!from || !until) return invalid("certificate_invalid", "does not say until when it is good", "certificate");
    std::shared_ptr<key_pair> made(new key_pair);
    made->chain_ = std::move(*chain);
    made->key_ = std::move(*own);
    made->good_from_ = *from;
    made->good_until_ = *until;
    made->fingerprint_ = fingerprint_of(first);
    return made;
}

}  // namespace parley

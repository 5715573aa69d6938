// Certificates made on the spot, for tests of whoever reads or shows them.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace parley::testing {

/// A certificate and its key as PEM.
struct pem_pair {
    std::string certificate;
    std::string key;
};

struct certificate_wish {
    std::string name = "localhost";
    std::chrono::seconds good_for = std::chrono::hours{24};  ///< from now; in the past when negative
    int rsa_bits = 0;                                        ///< 0: a key on P-256 instead
};

namespace detail {

template <class Write>
std::string pem(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_mem()), &BIO_free);
    if (write(to.get()) != 1) throw std::runtime_error("cannot write PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(to.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace detail

/// Signed by itself, so that a client that trusts it trusts nobody else.
inline pem_pair self_signed(const certificate_wish& wish = {}) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        wish.rsa_bits != 0 ? EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)) : EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(made.get()),
                           std::chrono::steady_clock::now().time_since_epoch().count());
    const auto ends = std::chrono::duration_cast<std::chrono::seconds>(wish.good_for).count();
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -7 * 24 * 3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), ends);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* const name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(made.get(), name);
    if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign");
    return {detail::pem([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); }), detail::pem([&](BIO* to) {
                return PEM_write_bio_PKCS8PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

}  // namespace parley::testing

// An issuer for tests: a key pair of any kind, its public half as JWK and PEM, and tokens signed with it.
#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/jwt.hpp"

namespace parley::jwt::testing {

inline std::string to_base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();  // the zero at the end
    return text;
}

class issuer {
public:
    explicit issuer(algorithm how, std::string kid = {}, unsigned rsa_bits = 2048) : how_(how), kid_(std::move(kid)) {
        if (how == algorithm::rs256) pair_.reset(EVP_RSA_gen(rsa_bits));
        if (how == algorithm::es256) pair_.reset(EVP_EC_gen("P-256"));
        if (how == algorithm::eddsa) pair_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        if (how == algorithm::hs256)
            pair_.reset(EVP_PKEY_new_mac_key(EVP_PKEY_HMAC, nullptr,
                                             reinterpret_cast<const unsigned char*>(secret.data()),
                                             static_cast<int>(secret.size())));
        if (!pair_) throw std::runtime_error("no key");
    }

    std::string secret = "thirty-two bytes or a few more of them";

    /// Header members of the test's win.
    [[nodiscard]] std::string token(const boost::json::object& claims, boost::json::object header = {}) const {
        if (!header.contains("alg")) header["alg"] = std::string(name_of(how_));
        if (!kid_.empty() && !header.contains("kid")) header["kid"] = kid_;
        return signed_text(boost::json::serialize(header), boost::json::serialize(claims));
    }
    /// Of any texts, also of none that are JSON.
    [[nodiscard]] std::string signed_text(std::string_view header, std::string_view payload) const {
        const auto text = to_base64url(header) + "." + to_base64url(payload);
        return text + "." + to_base64url(signature_of(text));
    }

    [[nodiscard]] boost::json::object jwk() const {
        boost::json::object made;
        if (!kid_.empty()) made["kid"] = kid_;
        switch (how_) {
            case algorithm::hs256:
                made["kty"] = "oct";
                made["k"] = to_base64url(secret);
                break;
            case algorithm::rs256:
                made["kty"] = "RSA";
                made["n"] = number(OSSL_PKEY_PARAM_RSA_N);
                made["e"] = number(OSSL_PKEY_PARAM_RSA_E);
                break;
            case algorithm::es256:
                made["kty"] = "EC";
                made["crv"] = "P-256";
                made["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
                made["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
                break;
            case algorithm::eddsa: {
                std::string raw(32, '\0');
                std::size_t length = raw.size();
                EVP_PKEY_get_raw_public_key(pair_.get(), reinterpret_cast<unsigned char*>(raw.data()), &length);
                made["kty"] = "OKP";
                made["crv"] = "Ed25519";
                made["x"] = to_base64url(raw);
                break;
            }
        }
        return made;
    }
    [[nodiscard]] std::string jwk_text() const { return boost::json::serialize(jwk()); }
    [[nodiscard]] std::string pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> to(BIO_new(BIO_s_mem()), &BIO_free_all);
        PEM_write_bio_PUBKEY(to.get(), pair_.get());
        char* text = nullptr;
        const auto length = BIO_get_mem_data(to.get(), &text);
        return {text, static_cast<std::size_t>(length)};
    }

private:
    [[nodiscard]] std::string number(const char* name, int least = 0) const {
        BIGNUM* taken = nullptr;
        EVP_PKEY_get_bn_param(pair_.get(), name, &taken);
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> held(taken, &BN_free);
        std::string bytes(static_cast<std::size_t>(std::max(BN_num_bytes(taken), least)), '\0');
        BN_bn2binpad(taken, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
        return to_base64url(bytes);
    }
    [[nodiscard]] std::string signature_of(std::string_view text) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        const auto* digest = how_ == algorithm::eddsa ? nullptr : EVP_sha256();
        std::string made(1024, '\0');
        std::size_t length = made.size();
        if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, pair_.get()) != 1 ||
            EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &length,
                           reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
            throw std::runtime_error("no signature");
        made.resize(length);
        return how_ == algorithm::es256 ? side_by_side(made) : made;
    }
    [[nodiscard]] static std::string side_by_side(const std::string& der) {
        const auto* from = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> both(
            d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())), &ECDSA_SIG_free);
        std::string made(64, '\0');
        auto* to = reinterpret_cast<unsigned char*>(made.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), to, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), to + 32, 32);
        return made;
    }

    struct free_key {
        void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
    };
    algorithm how_;
    std::string kid_;
    std::unique_ptr<EVP_PKEY, free_key> pair_;
};

}  // namespace parley::jwt::testing

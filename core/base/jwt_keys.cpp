// Keys of issuers by OpenSSL: a JWK or PEM becomes a key of a known kind and strength, or nothing.
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/jwt.hpp"
#include "base/jwt_text.hpp"
#include "base/secret.hpp"

namespace parley::jwt {
namespace json = boost::json;

template <class Handle, void (*Free)(Handle*)>
struct freed {
    void operator()(Handle* one) const { Free(one); }
};
template <class Handle, void (*Free)(Handle*)>
using owned = std::unique_ptr<Handle, freed<Handle, Free>>;
using owned_key = owned<EVP_PKEY, EVP_PKEY_free>;
using owned_number = owned<BIGNUM, BN_free>;

struct key::material {
    algorithm good_for = algorithm::hs256;
    std::string id;
    std::string secret;  ///< of HS256
    owned_key open;      ///< of all others
};

namespace {

constexpr std::size_t coordinate = 32;  // bytes of P-256's and Ed25519's numbers
constexpr std::size_t shortest_secret = 32;
constexpr int fewest_bits = 2048;
constexpr int most_bits = 8192;  // more would be work that strangers can order
constexpr int most_exponent_bits = 33;
constexpr std::size_t longest_id = 256;
constexpr std::size_t most_keys = 64;
constexpr json_limits limits{.max_bytes = 256 * 1024, .max_depth = 8, .max_members = 200};

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::unexpected<error> unreadable(std::string sentence) { return invalid("key_unreadable", std::move(sentence)); }
std::unexpected<error> wrong_kind() {
    return invalid("key_kind", "The key is none of oct, RSA, EC P-256 and OKP Ed25519 for signatures.");
}

/// A member in base64url; nothing when it is missing or is none.
std::optional<std::string> bytes_in(const json::object& jwk, std::string_view name) {
    const auto* found = jwk.if_contains(name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return from_base64url(found->as_string());
}

bool says(const json::object& jwk, std::string_view name, std::string_view value) {
    const auto* found = jwk.if_contains(name);
    return found != nullptr && found->is_string() && std::string_view(found->as_string()) == value;
}

owned_key made_of(const char* type, OSSL_PARAM_BLD* parts) {
    const owned<OSSL_PARAM, OSSL_PARAM_free> given(OSSL_PARAM_BLD_to_param(parts));
    const owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!given || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, given.get()) != 1)
        made = nullptr;
    ERR_clear_error();
    return owned_key(made);
}

owned_number number(std::string_view bytes) {
    return owned_number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

owned_key rsa_key(const json::object& jwk) {
    const auto modulus = bytes_in(jwk, "n"), exponent = bytes_in(jwk, "e");
    if (!modulus || !exponent || modulus->size() > most_bits || exponent->size() > most_bits) return {};
    const auto n = number(*modulus), e = number(*exponent);
    const owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> parts(OSSL_PARAM_BLD_new());
    if (!n || !e || !parts || OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return {};
    return made_of("RSA", parts.get());
}

/// OpenSSL refuses a point that is not on the curve.
owned_key ec_key(const json::object& jwk) {
    const auto x = bytes_in(jwk, "x"), y = bytes_in(jwk, "y");
    if (!says(jwk, "crv", "P-256") || !x || !y || x->size() != coordinate || y->size() != coordinate) return {};
    const auto point = "\x04" + *x + *y;
    const owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> parts(OSSL_PARAM_BLD_new());
    if (!parts ||
        OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
        return {};
    return made_of("EC", parts.get());
}

owned_key ed25519_key(const json::object& jwk) {
    const auto x = bytes_in(jwk, "x");
    if (!says(jwk, "crv", "Ed25519") || !x || x->size() != coordinate) return {};
    owned_key made(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
    ERR_clear_error();
    return made;
}

bool is_p256(EVP_PKEY* of) {
    std::array<char, 64> name{};
    std::size_t length = 0;
    return EVP_PKEY_get_group_name(of, name.data(), name.size(), &length) == 1 &&
           std::string_view(name.data(), length) == SN_X9_62_prime256v1;
}

result<void> check_strength(EVP_PKEY* rsa) {
    BIGNUM* taken = nullptr;
    if (EVP_PKEY_get_bn_param(rsa, OSSL_PKEY_PARAM_RSA_E, &taken) != 1) return wrong_kind();
    const owned_number e(taken);
    const int bits = EVP_PKEY_get_bits(rsa);
    if (bits < fewest_bits || bits > most_bits) return invalid("key_weak", "An RSA key has 2048 to 8192 bits.");
    if (!BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > most_exponent_bits)
        return invalid("key_weak", "The exponent of the RSA key is none that is used.");
    return {};
}

/// The kind of the key decides what it is good for.
result<key> finish(owned_key open, std::string id) {
    algorithm good_for{};
    if (EVP_PKEY_is_a(open.get(), "RSA") == 1) {
        if (auto strong = check_strength(open.get()); !strong) return std::unexpected(strong.error());
        good_for = algorithm::rs256;
    } else if (EVP_PKEY_is_a(open.get(), "EC") == 1 && is_p256(open.get())) {
        good_for = algorithm::es256;
    } else if (EVP_PKEY_is_a(open.get(), "ED25519") == 1) {
        good_for = algorithm::eddsa;
    } else {
        return wrong_kind();
    }
    return key(std::make_shared<const key::material>(
        key::material{.good_for = good_for, .id = std::move(id), .secret = {}, .open = std::move(open)}));
}

result<key> secret_key(const json::object& jwk, std::string id) {
    auto secret = bytes_in(jwk, "k");
    if (!secret) return unreadable("An oct key has its bytes in k, in base64url.");
    if (secret->size() < shortest_secret) return invalid("key_weak", "An oct key has 32 bytes or more.");
    return key(std::make_shared<const key::material>(
        key::material{.good_for = algorithm::hs256, .id = std::move(id), .secret = std::move(*secret), .open = {}}));
}

bool is_for_verifying(const json::object& jwk) {
    if (jwk.contains("use") && !says(jwk, "use", "sig")) return false;
    const auto* uses = jwk.if_contains("key_ops");
    if (uses == nullptr) return true;
    const auto verifies = [](const json::value& one) { return one.is_string() && one.as_string() == "verify"; };
    return uses->is_array() && std::ranges::any_of(uses->as_array(), verifies);
}

result<key> key_of_kind(const json::object& jwk, std::string id) {
    if (says(jwk, "kty", "oct")) return secret_key(jwk, std::move(id));
    if (jwk.contains("d")) return invalid("key_private", "This is the private key, which belongs to the issuer alone.");
    owned_key open;
    if (says(jwk, "kty", "RSA")) open = rsa_key(jwk);
    if (says(jwk, "kty", "EC")) open = ec_key(jwk);
    if (says(jwk, "kty", "OKP")) open = ed25519_key(jwk);
    if (!open) return wrong_kind();
    return finish(std::move(open), std::move(id));
}

result<key> parse_jwk(const json::object& jwk) {
    if (!is_for_verifying(jwk)) return wrong_kind();
    std::string id;
    if (const auto* named = jwk.if_contains("kid")) {
        if (!named->is_string() || named->as_string().size() > longest_id)
            return unreadable("The name (kid) of the key is none.");
        id = named->as_string();
    }
    auto made = key_of_kind(jwk, std::move(id));
    if (made && jwk.contains("alg") && !says(jwk, "alg", name_of(made->good_for()))) return wrong_kind();
    return made;
}

result<std::vector<key>> parse_pem(std::string_view text) {
    if (text.find("PRIVATE KEY-----") != text.npos)
        return invalid("key_private", "This is the private key, which belongs to the issuer alone.");
    if (text.find("-----BEGIN") != text.rfind("-----BEGIN")) return unreadable("The text has more than one key.");
    const owned<BIO, BIO_free_all> from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    owned_key open(from ? PEM_read_bio_PUBKEY(from.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    if (!open) return unreadable("The text is no public key in PEM.");
    auto made = finish(std::move(open), {});
    if (!made) return std::unexpected(made.error());
    return std::vector{std::move(*made)};
}

/// The members of "keys"; nothing when there is no such list of objects.
std::optional<std::vector<json::object>> listed_keys(const json::object& set) {
    const auto* list = set.if_contains("keys");
    if (list == nullptr || !list->is_array() || list->as_array().size() > most_keys) return std::nullopt;
    std::vector<json::object> all;
    for (const auto& one : list->as_array()) {
        if (!one.is_object()) return std::nullopt;
        all.push_back(one.as_object());
    }
    return all;
}

/// ECDSA in JWS is both numbers side by side; OpenSSL wants them in DER.
std::optional<std::string> to_der(std::string_view both) {
    if (both.size() != 2 * coordinate) return std::nullopt;
    auto r = number(both.substr(0, coordinate)), s = number(both.substr(coordinate));
    const owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
    if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    std::array<unsigned char, 80> room{};
    auto* end = room.data();
    const int length = i2d_ECDSA_SIG(pair.get(), &end);
    if (length <= 0) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(room.data()), static_cast<std::size_t>(length));
}

bool is_signature(EVP_PKEY* by, const EVP_MD* digest, std::string_view text, std::string_view signature) {
    const owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    const bool good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, by) == 1 &&
        EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
    ERR_clear_error();
    return good;
}

std::string in_hexadecimal(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string made;
    for (const char c : bytes) {
        made += digits[static_cast<unsigned char>(c) >> 4U];
        made += digits[static_cast<unsigned char>(c) & 15U];
    }
    return made;
}

}  // namespace

algorithm key::good_for() const { return of_->good_for; }

const std::string& key::id() const { return of_->id; }

bool key::verifies(std::string_view text, std::string_view signature) const {
    switch (of_->good_for) {
        case algorithm::hs256:
            return equal_in_constant_time(keyed_digest(of_->secret, text), in_hexadecimal(signature));
        case algorithm::rs256:
            return is_signature(of_->open.get(), EVP_sha256(), text, signature);
        case algorithm::es256: {
            const auto der = to_der(signature);
            return der && is_signature(of_->open.get(), EVP_sha256(), text, *der);
        }
        case algorithm::eddsa:
            return is_signature(of_->open.get(), nullptr, text, signature);
    }
    return false;
}

result<std::vector<key>> parse_keys(std::string_view text) {
    if (text.find("-----BEGIN") != text.npos) return parse_pem(text);
    const auto read = parse_object(text, limits);
    if (!read) return unreadable("The text is neither a JWK, a set of them, nor PEM.");
    const auto set = read->contains("keys") ? listed_keys(*read) : std::vector{*read};
    if (!set || set->empty()) return unreadable("The set has no list of 1 to 64 keys.");
    std::vector<key> all;
    for (const auto& one : *set) {
        auto made = parse_jwk(one);
        if (!made) return std::unexpected(made.error());
        all.push_back(std::move(*made));
    }
    return all;
}

result<std::vector<key>> parse_published_keys(std::string_view text) {
    const auto read = parse_object(text, limits);
    const auto set = read ? listed_keys(*read) : std::nullopt;
    if (!set) return unreadable("The text is no set of 1 to 64 keys.");
    std::vector<key> all;
    for (const auto& one : *set)
        // A secret that everybody can read proves nothing.
        if (auto made = parse_jwk(one); made && made->good_for() != algorithm::hs256) all.push_back(std::move(*made));
    if (all.empty()) return unreadable("No key of the set is of use here.");
    return all;
}

}  // namespace parley::jwt

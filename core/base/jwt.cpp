// Tokens in their compact form: parts, headers, claims. Keys are in jwt_keys.cpp.
#include "base/jwt.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.hpp"
#include "base/jwt_text.hpp"

namespace parley::jwt {
namespace json = boost::json;
namespace {

constexpr std::size_t longest_name = 256;  // of keys, issuers and audiences
constexpr std::size_t most_audiences = 64;
constexpr json_limits limits{.max_bytes = max_bytes, .max_depth = 8, .max_members = 200};

constexpr std::array names{
    std::pair{algorithm::hs256, std::string_view("HS256")}, std::pair{algorithm::rs256, std::string_view("RS256")},
    std::pair{algorithm::es256, std::string_view("ES256")}, std::pair{algorithm::eddsa, std::string_view("EdDSA")}};

std::unexpected<error> refused(std::string code, std::string sentence) {
    return failure(fault::unauthenticated, std::move(code), std::move(sentence));
}
std::unexpected<error> malformed(std::string sentence) { return refused("jwt_malformed", std::move(sentence)); }

result<json::object> decode_object(std::string_view part, std::string_view what) {
    const auto text = from_base64url(part);
    if (!text) return malformed("The " + std::string(what) + " is no base64url.");
    auto read = parse_object(*text, limits);
    if (!read) return malformed("The " + std::string(what) + " is no JSON object: " + read.error().code + ".");
    return read;
}

bool is_name(const json::value& value) {
    const auto* text = value.if_string();
    return text != nullptr && !text->empty() && text->size() <= longest_name;
}

/// "JWT" and "at+jwt" (RFC 9068), with or without the family in front; tokens of other types serve other ends.
bool is_type_for_signing_in(const json::value& value) {
    if (!value.is_string()) return false;
    std::string type(value.as_string());
    for (auto& c : type)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return type == "jwt" || type == "at+jwt" || type == "application/jwt" || type == "application/at+jwt";
}

/// The header is a list of what is allowed: what a later RFC adds is refused until somebody has thought about it.
result<void> read_header(const json::object& header, unverified& into) {
    for (const auto& [name, value] : header) {
        if (name == "alg" || name == "x5t" || name == "x5t#S256") continue;  // the latter two only name a key
        if (name == "typ") {
            if (!is_type_for_signing_in(value))
                return refused("jwt_header_refused", "A token of this type is no proof.");
        } else if (name == "kid") {
            if (!is_name(value)) return malformed("The name of the key is none.");
            into.key_id = value.as_string();
        } else {
            return refused("jwt_header_refused", "The header has a member that is not allowed.");
        }
    }
    const auto* named = header.if_contains("alg");
    const auto known = named != nullptr && named->is_string() ? find_algorithm(named->as_string()) : std::nullopt;
    if (!known) return refused("jwt_algorithm_refused", "The token is signed with no algorithm that is allowed.");
    into.signed_with = *known;
    return {};
}

result<void> read_audience(const json::value& value, unverified& into) {
    if (is_name(value)) {
        into.audience.emplace_back(value.as_string());
        return {};
    }
    const auto* all = value.if_array();
    if (all == nullptr || all->size() > most_audiences || !std::ranges::all_of(*all, is_name))
        return malformed("aud is neither a text nor a list of texts.");
    for (const auto& one : *all) into.audience.emplace_back(one.as_string());
    return {};
}

result<void> read_claims(unverified& into) {
    const auto* issuer = into.claims.if_contains("iss");
    if (issuer == nullptr || !is_name(*issuer)) return malformed("iss is missing or no text.");
    into.issuer = issuer->as_string();
    const auto* audience = into.claims.if_contains("aud");
    if (audience == nullptr) return malformed("aud is missing.");
    return read_audience(*audience, into);
}

/// Seconds since 1970; nothing for what is no number or beyond all dates.
std::optional<double> seconds_of(const json::value& value) {
    if (!value.is_number()) return std::nullopt;
    const auto seconds = value.to_number<double>();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e12) return std::nullopt;
    return seconds;
}

result<void> check_times(const json::object& claims, moment now_at) {
    const auto now = std::chrono::duration<double>(now_at.time_since_epoch()).count();
    const auto apart = static_cast<double>(leeway.count());
    const auto* end = claims.if_contains("exp");
    const auto ends = end != nullptr ? seconds_of(*end) : std::nullopt;
    if (!ends) return malformed("exp is missing or no time.");
    if (now >= *ends + apart) return refused("jwt_expired", "The token is over.");
    for (const auto* name : {"nbf", "iat"}) {
        const auto* begin = claims.if_contains(name);
        if (begin == nullptr) continue;
        const auto begins = seconds_of(*begin);
        if (!begins) return malformed(std::string(name) + " is no time.");
        if (now < *begins - apart) return refused("jwt_too_early", std::string(name) + " is in the future.");
    }
    return {};
}

result<void> check_signature(const unverified& token, std::span<const key> keys) {
    bool tried = false;
    for (const auto& one : keys) {
        if (!may_fit(token, one)) continue;
        if (one.verifies(token.signed_text, token.signature)) return {};
        tried = true;
    }
    if (!tried) return refused("jwt_key_unknown", "No key of the issuer has this name and kind.");
    return refused("jwt_signature_wrong", "The signature is of none of the issuer's keys.");
}

}  // namespace

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t length = 0;
    const int wrong =
        sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
                          nullptr, &length, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (wrong != 0) return std::nullopt;
    bytes.resize(length);
    return bytes;
}

std::string to_base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();  // the zero at the end
    return text;
}

std::string challenge_of(std::string_view verifier) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size());
    return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<algorithm> find_algorithm(std::string_view name) {
    for (const auto& [which, called] : names)
        if (called == name) return which;
    return std::nullopt;
}

std::string_view name_of(algorithm which) {
    for (const auto& [known, called] : names)
        if (known == which) return called;
    return {};
}

result<unverified> read(std::string_view compact) {
    if (compact.size() > max_bytes) return refused("jwt_too_large", "The token is longer than 8 KiB.");
    const auto first = compact.find('.');
    const auto second = first == compact.npos ? first : compact.find('.', first + 1);
    if (second == compact.npos || compact.find('.', second + 1) != compact.npos)
        return malformed("The token does not have three parts.");
    unverified made;
    made.signed_text = compact.substr(0, second);
    auto header = decode_object(compact.substr(0, first), "header");
    if (!header) return std::unexpected(header.error());
    if (auto good = read_header(*header, made); !good) return std::unexpected(good.error());
    auto claims = decode_object(compact.substr(first + 1, second - first - 1), "payload");
    if (!claims) return std::unexpected(claims.error());
    made.claims = std::move(*claims);
    auto signature = from_base64url(compact.substr(second + 1));
    if (!signature || signature->empty()) return malformed("The signature is missing or no base64url.");
    made.signature = std::move(*signature);
    if (auto good = read_claims(made); !good) return std::unexpected(good.error());
    return made;
}

bool may_fit(const unverified& token, const key& one) {
    const bool named = !token.key_id.empty() && !one.id().empty();
    return one.good_for() == token.signed_with && (!named || one.id() == token.key_id);
}

result<void> verify(const unverified& token, const expectation& wanted, std::span<const key> keys, moment now) {
    if (std::ranges::find(wanted.algorithms, token.signed_with) == wanted.algorithms.end())
        return refused("jwt_algorithm_refused", "The issuer signs with other algorithms.");
    if (auto good = check_signature(token, keys); !good) return good;
    if (token.issuer != wanted.issuer) return refused("jwt_issuer_wrong", "The token is another issuer's.");
    if (std::ranges::find(token.audience, wanted.audience) == token.audience.end())
        return refused("jwt_audience_wrong", "The token is meant for somebody else.");
    return check_times(token.claims, now);
}

std::string half_hash(algorithm signed_with, std::string_view text) {
    // Of the hash that the signature uses; Ed25519's is SHA-512.
    std::array<unsigned char, crypto_hash_sha512_BYTES> digest{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const bool longer = signed_with == algorithm::eddsa;
    longer ? crypto_hash_sha512(digest.data(), bytes, text.size())
           : crypto_hash_sha256(digest.data(), bytes, text.size());
    return to_base64url({reinterpret_cast<const char*>(digest.data()),
                         (longer ? crypto_hash_sha512_BYTES : crypto_hash_sha256_BYTES) / 2});
}

std::string text_claim(const unverified& token, std::string_view name) {
    const auto* found = token.claims.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace parley::jwt

// Passwords and tokens by libsodium.
#include "base/secret.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace parley {
namespace {

constexpr std::size_t longest_password = 1024;
constexpr unsigned long long passes = 2;
constexpr std::size_t memory = 64 * 1024 * 1024;
constexpr std::size_t key_bytes = 32;
// What a stored hash may ask for at most; a row that asks for more is damaged.
constexpr std::size_t most_kibibytes = 1024 * 1024;
constexpr unsigned long long most_passes = 16;

// Belongs to nobody; has the same parameters as hash_password, so that verifying against it costs the same.
constexpr std::string_view hash_of_nobody =
    "$argon2id$v=19$m=65536,t=2,p=1$W3MUWOBiSWHyA3DWgCvq+w$U/499ElnfQJbJSJBsuvZVVwKoAOBJmOTdfQyvid7SSA";

void require_sodium() {
    static const bool ready = [] {
        if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
        return true;
    }();
    static_cast<void>(ready);
}

[[nodiscard]] std::unexpected<error> memory_short() {
    return failure(fault::unavailable, "memory_short",
                   "There is not enough memory to check a password now; try again.");
}

[[nodiscard]] std::unexpected<error> password_wrong() {
    return failure(fault::unauthenticated, "password_wrong", "The user name or the password is wrong.");
}

struct parsed_hash {
    unsigned long long passes = 0;
    std::size_t memory = 0;  // bytes
    std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
    std::array<unsigned char, key_bytes> key{};
};

/// Takes `before` and then a number off the front of `rest`.
template <class Number>
[[nodiscard]] bool take_number(std::string_view& rest, std::string_view before, Number& into) {
    if (!rest.starts_with(before)) return false;
    rest.remove_prefix(before.size());
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), into);
    if (problem != std::errc{}) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return true;
}

template <std::size_t Size>
[[nodiscard]] bool decode(std::string_view text, std::array<unsigned char, Size>& into) {
    std::size_t length = 0;
    return sodium_base642bin(into.data(), into.size(), text.data(), text.size(), nullptr, &length, nullptr,
                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
           length == Size;
}

/// The PHC text form as libsodium writes it.
[[nodiscard]] std::optional<parsed_hash> parse_hash(std::string_view text) {
    parsed_hash made;
    std::size_t kibibytes = 0;
    const bool parameters = take_number(text, "$argon2id$v=19$m=", kibibytes) && take_number(text, ",t=", made.passes);
    if (!parameters || !text.starts_with(",p=1$") || kibibytes > most_kibibytes || made.passes > most_passes) {
        return std::nullopt;
    }
    made.memory = kibibytes * 1024;
    if (made.memory < crypto_pwhash_argon2id_MEMLIMIT_MIN || made.passes < crypto_pwhash_argon2id_OPSLIMIT_MIN) {
        return std::nullopt;
    }
    text.remove_prefix(std::string_view(",p=1$").size());
    const std::size_t dollar = text.find('$');
    if (dollar == std::string_view::npos) return std::nullopt;
    if (!decode(text.substr(0, dollar), made.salt) || !decode(text.substr(dollar + 1), made.key)) return std::nullopt;
    return made;
}

}  // namespace

result<void> check_password(std::string_view password) {
    if (password.empty()) return invalid("password_empty", "The password must not be empty.", "password");
    if (password.size() > longest_password) {
        return invalid("password_too_long", fmt::format("The password is longer than {} bytes.", longest_password),
                       "password");
    }
    if (password.find('\0') != std::string_view::npos) {
        return invalid("password_has_nul", "The password must not contain a NUL character.", "password");
    }
    return {};
}

result<std::string> hash_password(std::string_view password) {
    require_sodium();
    if (auto checked = check_password(password); !checked) return std::unexpected(checked.error());
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), passes, memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return memory_short();
    }
    return std::string(hash.data());
}

result<void> verify_password(std::string_view hash, std::string_view password) {
    require_sodium();
    if (auto checked = check_password(password); !checked) return checked;
    const auto stored = parse_hash(hash);
    if (!stored) return password_wrong();
    std::array<unsigned char, key_bytes> key{};
    // Not crypto_pwhash_str_verify, which says "wrong" when it means "no memory".
    if (crypto_pwhash(key.data(), key.size(), password.data(), password.size(), stored->salt.data(), stored->passes,
                      stored->memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return memory_short();
    }
    if (sodium_memcmp(key.data(), stored->key.data(), key.size()) != 0) return password_wrong();
    return {};
}

result<void> dummy_verify(std::string_view password) {
    auto verdict = verify_password(hash_of_nobody, password);
    if (verdict) return password_wrong();
    return verdict;
}

std::string random_token(std::string_view prefix) {
    require_sodium();
    std::array<unsigned char, 32> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<char, sodium_base64_ENCODED_LEN(32, variant)> text{};
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
    std::string token(prefix);
    token += text.data();
    return token;
}

std::string token_digest(std::string_view token) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
    std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    return hex.data();
}

std::string keyed_digest(std::string_view key, std::string_view text) {
    const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> digest{};
    crypto_auth_hmacsha256_final(&state, digest.data());
    std::array<char, crypto_auth_hmacsha256_BYTES * 2 + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    return hex.data();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace parley

// All of it by libsodium.
#include "secrets.hpp"

#include <sodium.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace share_links {
namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory = 64 * 1024 * 1024;
constexpr std::size_t name_bytes = 16;
constexpr std::size_t secret_bytes = crypto_auth_hmacsha256_KEYBYTES;

void require_sodium() {
    static const bool ready = sodium_init() >= 0;
    if (!ready) throw std::runtime_error("libsodium cannot start: no source of randomness");
}

std::string hex_of(const unsigned char* bytes, std::size_t size) {
    std::string made(size * 2 + 1, '\0');
    sodium_bin2hex(made.data(), made.size(), bytes, size);
    made.pop_back();
    return made;
}

std::string base64_of(const unsigned char* bytes, std::size_t size) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string made(sodium_base64_encoded_len(size, variant), '\0');
    sodium_bin2base64(made.data(), made.size(), bytes, size, variant);
    made.pop_back();
    return made;
}

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
    require_sodium();
    std::array<unsigned char, Size> made{};
    randombytes_buf(made.data(), made.size());
    return made;
}

std::string mark_of(const stay& whose, std::int64_t link, const std::string& secret) {
    require_sodium();
    std::array<unsigned char, secret_bytes> key{};
    std::size_t size = 0;
    sodium_hex2bin(key.data(), key.size(), secret.data(), secret.size(), nullptr, &size, nullptr);
    if (size != key.size()) throw std::runtime_error("a link's secret is damaged");
    const auto text = std::to_string(link) + "." + whose.name + "." + std::to_string(whose.until);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mark{};
    crypto_auth_hmacsha256(mark.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
    return base64_of(mark.data(), mark.size());
}

}  // namespace

std::string new_token() {
    const auto bytes = random_bytes<32>();
    return base64_of(bytes.data(), bytes.size());
}

std::string digest_of(std::string_view token) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
    return hex_of(digest.data(), digest.size());
}

std::string new_secret() {
    const auto bytes = random_bytes<secret_bytes>();
    return hex_of(bytes.data(), bytes.size());
}

std::optional<std::string> hash_password(const std::string& password) {
    require_sodium();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), passes, memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return {};
    return std::string(hash.data());
}

password_is check_password(const std::string& hash, const std::string& password) {
    require_sodium();
    errno = 0;
    if (crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0) return password_is::right;
    // A mismatch is told apart from having no memory by this alone.
    return errno == EINVAL ? password_is::wrong : password_is::unknown;
}

stay new_stay(std::int64_t until) {
    const auto bytes = random_bytes<name_bytes>();
    return {base64_of(bytes.data(), bytes.size()), until};
}

std::string sign(const stay& whose, std::int64_t link, const std::string& secret) {
    return vouched_text(whose) + "." + mark_of(whose, link, secret);
}

std::string vouched_text(const stay& whose) { return whose.name + "." + std::to_string(whose.until); }

std::optional<stay> read_vouched_stay(std::string_view text, std::int64_t now) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return {};
    stay made{std::string(text.substr(0, dot)), 0};
    const auto until = text.substr(dot + 1);
    const auto [end, wrong] = std::from_chars(until.data(), until.data() + until.size(), made.until);
    if (wrong != std::errc{} || end != until.data() + until.size() || made.until <= now) return {};
    return made;
}

std::optional<stay> read_stay(std::string_view cookie, std::int64_t link, const std::string& secret, std::int64_t now) {
    const auto last = cookie.rfind('.');
    if (last == std::string_view::npos) return {};
    auto made = read_vouched_stay(cookie.substr(0, last), now);
    if (!made) return {};
    const auto right = sign(*made, link, secret);
    if (cookie.size() != right.size() || sodium_memcmp(cookie.data(), right.data(), right.size()) != 0) return {};
    return made;
}

}  // namespace share_links

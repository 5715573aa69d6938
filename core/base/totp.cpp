// HOTP over a counter of half minutes.
#include "base/totp.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <stdexcept>

#include "base/secret.hpp"

namespace parley {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t step_seconds = 30;
constexpr std::size_t secret_bytes = 20;

std::array<unsigned char, 20> hmac_sha1(std::string_view key, std::string_view text) {
    std::array<unsigned char, 20> digest{};
    unsigned length = 0;
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
             text.size(), digest.data(), &length) == nullptr)
        throw std::runtime_error("OpenSSL cannot make an HMAC with SHA-1");
    return digest;
}

}  // namespace

std::string to_base32(std::string_view bytes) {
    std::string text;
    unsigned held = 0;
    int bits = 0;
    for (const char one : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(one);
        for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >> static_cast<unsigned>(bits - 5)) & 31U];
    }
    if (bits > 0) text += alphabet[(held << static_cast<unsigned>(5 - bits)) & 31U];
    return text;
}

std::optional<std::string> from_base32(std::string_view text) {
    std::string bytes;
    unsigned held = 0;
    int bits = 0;
    for (char one : text) {
        if (one == ' ' || one == '=' || one == '-') continue;
        if (one >= 'a' && one <= 'z') one = static_cast<char>(one - 'a' + 'A');
        const auto value = alphabet.find(one);
        if (value == std::string_view::npos) return std::nullopt;
        held = (held << 5U) | static_cast<unsigned>(value);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>((held >> static_cast<unsigned>(bits)) & 255U);
    }
    return bytes;
}

std::string random_totp_secret() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
    std::array<char, secret_bytes> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return to_base32({bytes.data(), bytes.size()});
}

std::int64_t totp_step(moment at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() / step_seconds;
}

std::string totp_code(std::string_view key, std::int64_t step, int digits) {
    std::array<char, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<char>((static_cast<std::uint64_t>(step) >> (56U - 8U * i)) & 255U);
    const auto digest = hmac_sha1(key, {counter.data(), counter.size()});
    const std::size_t at = digest[19] & 15U;
    std::uint32_t number = digest[at] & 127U;
    for (std::size_t i = 1; i < 4; ++i) number = (number << 8U) | digest[at + i];
    std::uint32_t modulus = 1;
    for (int i = 0; i < digits; ++i) modulus *= 10;
    return fmt::format("{:0{}}", number % modulus, digits);
}

std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code, moment now, std::int64_t after) {
    const auto key = from_base32(secret);
    if (!key) return std::nullopt;
    std::optional<std::int64_t> matched;
    const auto middle = totp_step(now);
    for (auto step = middle - 1; step <= middle + 1; ++step)
        if (equal_in_constant_time(totp_code(*key, step), code) && step > after && !matched) matched = step;
    return matched;
}

}  // namespace parley

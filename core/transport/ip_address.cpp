// Reading literals by the system's own functions, comparing bits.
#include "transport/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace parley::transport {
namespace {

constexpr std::array<char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff'};

}  // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
    text = text.substr(0, text.find('%'));
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.empty() || text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    ip_address made;
    if (inet_pton(AF_INET6, terminated.data(), made.bytes_.data()) == 1) return made;
    std::ranges::copy(mapped, made.bytes_.begin());
    if (inet_pton(AF_INET, terminated.data(), made.bytes_.data() + mapped.size()) == 1) return made;
    return std::nullopt;
}

bool ip_address::is_v4() const { return std::equal(mapped.begin(), mapped.end(), bytes_.begin()); }

ip_address ip_address::counted_as() const {
    auto made = *this;
    if (!is_v4()) std::fill(made.bytes_.begin() + 8, made.bytes_.end(), '\0');
    return made;
}

std::string ip_address::text() const {
    std::array<char, INET6_ADDRSTRLEN> room{};
    if (is_v4())
        inet_ntop(AF_INET, bytes_.data() + mapped.size(), room.data(), room.size());
    else
        inet_ntop(AF_INET6, bytes_.data(), room.data(), room.size());
    return room.data();
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = ip_address::parse(text.substr(0, slash));
    if (!base) return std::nullopt;
    ip_network made;
    made.base_ = *base;
    if (slash == text.npos) return made;
    const auto digits = text.substr(slash + 1);
    int prefix = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    // "::ffff:10.0.0.0/104" is written in IPv6, where the bits before count.
    const bool written_v4 = text.substr(0, slash).find(':') == text.npos;
    made.bits_ = prefix + (written_v4 ? 96 : 0);
    if (problem != std::errc{} || end != digits.data() + digits.size() || prefix < 0 || made.bits_ > 128)
        return std::nullopt;
    return made;
}

bool ip_network::contains(const ip_address& one) const {
    const auto whole = static_cast<std::size_t>(bits_ / 8);
    if (std::memcmp(base_.bytes_.data(), one.bytes_.data(), whole) != 0) return false;
    const int rest = bits_ % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
    const auto differs = static_cast<unsigned char>(base_.bytes_[whole] ^ one.bytes_[whole]);
    return (differs & mask) == 0;
}

}  // namespace parley::transport

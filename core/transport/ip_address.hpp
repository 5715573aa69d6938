// Addresses and networks of IPv4 and IPv6 as one kind of value.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace parley::transport {

/// 16 bytes; an IPv4 address and its form mapped into IPv6 are the same.
class ip_address {
public:
    /// The unspecified address, which is nobody's.
    ip_address() = default;
    /// Of a literal without brackets or port; a zone ("%eth0") is left out. Nothing for anything else. Allocates
    /// nothing.
    [[nodiscard]] static std::optional<ip_address> parse(std::string_view text);

    [[nodiscard]] const std::array<char, 16>& bytes() const { return bytes_; }
    [[nodiscard]] bool is_v4() const;
    /// What limits count as one: an IPv4 address as it is, of IPv6 the first 64 bits, because one customer has them
    /// all.
    [[nodiscard]] ip_address counted_as() const;
    /// "192.0.2.1" or "2001:db8::1".
    [[nodiscard]] std::string text() const;

    friend bool operator==(const ip_address&, const ip_address&) = default;

private:
    friend class ip_network;
    std::array<char, 16> bytes_{};
};

class ip_network {
public:
    /// "10.0.0.0/8", "2001:db8::/32", or a single address.
    [[nodiscard]] static std::optional<ip_network> parse(std::string_view text);
    [[nodiscard]] bool contains(const ip_address&) const;

private:
    ip_address base_;
    int bits_ = 128;
};

}  // namespace parley::transport

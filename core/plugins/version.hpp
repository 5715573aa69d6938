// Versions of plugins, and what another plugin may ask of one.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::plugins {

/// 1.2.3; what follows a dash or a plus is kept nowhere: it does not order.
struct version {
    std::array<std::uint32_t, 3> number{};
    friend auto operator<=>(const version&, const version&) = default;
};

/// Three numbers with dots and perhaps -word or +word after them: "1.0.0", "2.1.0-rc.1".
[[nodiscard]] std::optional<version> parse_version(std::string_view);

/// What a version must be: all of ">=1.0", ">1", "<=2.3", "<2", "=1.2.3", with spaces between.
class version_range {
public:
    [[nodiscard]] static std::optional<version_range> parse(std::string_view);
    [[nodiscard]] bool has(const version&) const;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    struct bound {
        bool below = false, equal = false, above = false;  // what of it is in
        version at;
    };
    std::vector<bound> bounds_;
    std::string text_;
};

}  // namespace parley::plugins

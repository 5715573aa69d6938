// How the plugins that look after files compare types with the globs of settings: one rule for all of them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace attachments {

/// Whether a MIME type is what a glob such as "image/*" means; without regard to ASCII case, `*` is any number of any
/// characters. Takes time in proportion to the product of the lengths at most.
[[nodiscard]] inline bool matches(std::string_view glob, std::string_view type) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::size_t at = 0;
    std::size_t in = 0;
    auto star = std::string_view::npos;
    std::size_t back = 0;
    while (in < type.size()) {
        if (at < glob.size() && glob[at] == '*') {
            star = at++;
            back = in;
        } else if (at < glob.size() && lower(glob[at]) == lower(type[in])) {
            ++at;
            ++in;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in = ++back;
        } else {
            return false;
        }
    }
    while (at < glob.size() && glob[at] == '*') ++at;
    return at == glob.size();
}

[[nodiscard]] inline bool is_one_of(const std::vector<std::string>& globs, std::string_view type) {
    return std::ranges::any_of(globs, [&](const std::string& one) { return matches(one, type); });
}

}  // namespace attachments

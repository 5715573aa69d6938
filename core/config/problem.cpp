// Something wrong in a configuration: its text, the bounded list, and safe printing.
#include "config/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace parley::config {
namespace {

constexpr std::size_t readable = 240;  // bytes of a stranger's text in one line of ours; a path fits

}  // namespace

std::string problem::text() const {
    std::string made = printable(file);
    if (line > 0) made += fmt::format(":{}:{}", line, column);
    made += ": ";
    if (!path.empty()) made += path + ": ";
    return made + message;
}

void problem_list::add(problem found) {
    if (kept_.size() >= limit) {
        ++beyond_;
        return;
    }
    kept_.push_back(std::move(found));
}

std::vector<problem> problem_list::take() {
    for (auto from = kept_.begin(); from != kept_.end();) {
        const auto to = std::find_if(from, kept_.end(), [&](const problem& each) { return each.file != from->file; });
        std::sort(from, to, [](const problem& a, const problem& b) {
            return std::tie(a.line, a.column, a.path, a.message) < std::tie(b.line, b.column, b.path, b.message);
        });
        from = to;
    }
    if (beyond_ > 0) {
        kept_.push_back({kept_.back().file, 0, 0, "", fmt::format("and {} more problems", std::exchange(beyond_, 0))});
    }
    return std::exchange(kept_, {});
}

std::string printable(std::string_view text) {
    if (text.size() <= readable) return escape_controls(text);
    std::size_t cut = readable;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
    return escape_controls(text.substr(0, cut)) + "…";
}

std::size_t first_bad_byte(std::string_view text) {
    const auto end = find_invalid_utf8(text).value_or(text.size());
    for (std::string_view rest = text.substr(0, end); !rest.empty();) {
        const auto at = end - rest.size();
        const char32_t c = take_code_point(rest);
        const bool line_end_or_tab = c == '\t' || c == '\n' || c == '\r';
        if (is_unsafe_to_print(c) && !line_end_or_tab) return at;
    }
    return end == text.size() ? std::string_view::npos : end;
}

}  // namespace parley::config

// What every target is made of: its function, and what it says when something does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace parley::fuzz {

/// Ends the process, which is how a finding is told; the fuzzer keeps the input.
inline void expect(bool holds, const char* what, std::string_view more = {}) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s %.*s\n", what, static_cast<int>(more.size()), more.data());
    std::abort();
}

/// An input, taken apart from its front.
class food {
public:
    explicit food(std::string_view all) : rest_(all) {}
    /// 0 when nothing is left.
    [[nodiscard]] std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto taken = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return taken;
    }
    /// Fewer at the end.
    [[nodiscard]] std::string_view take(std::size_t most) {
        const auto taken = rest_.substr(0, most);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

// One for each file of this folder; `input` is a stranger's.
void websocket(std::string_view input);
void http(std::string_view input);
void commands(std::string_view input);
void tokens(std::string_view input);
void configuration(std::string_view input);
void manifest(std::string_view input);
void rich_text(std::string_view input);
void multipart(std::string_view input);
void pictures(std::string_view input);
void texts(std::string_view input);

}  // namespace parley::fuzz

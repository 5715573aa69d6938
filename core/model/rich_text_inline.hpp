// One line of a formatted text: emphasis, code, links, mentions. Seen by rich_text.cpp only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "model/rich_text.hpp"

namespace parley {

// What a node costs of rich_text_max_nodes: itself, the text that may follow it, and a container the text inside it.
constexpr std::size_t leaf_cost = 2;
constexpr std::size_t container_cost = 3;

/// What one parse may still spend, and how far it has got.
struct inline_budget {
    std::string_view source;
    std::size_t nodes = rich_text_max_nodes - 1;  // the text that a source may begin with is paid
    std::size_t steps = 0;

    /// Once refused, always refused: everything that follows is text.
    [[nodiscard]] bool spend(std::size_t cost) {
        if (nodes < cost) nodes = 0;
        if (nodes == 0) return false;
        nodes -= cost;
        return true;
    }

    /// Where `part`, a view into the source, begins.
    [[nodiscard]] std::size_t offset(std::string_view part) const {
        return static_cast<std::size_t>(part.data() - source.data());
    }
};

/// A-Z a-z 0-9
[[nodiscard]] constexpr bool is_ascii_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Adds to the text at the end of `out`, or begins one.
void append_text(std::vector<node>& out, std::string_view text, std::size_t begin);

/// Reads one line, a view into the source, into nodes at level `depth` (1 is the outermost).
void read_inline(std::string_view line, std::size_t depth, inline_budget& budget, std::vector<node>& out);

}  // namespace parley

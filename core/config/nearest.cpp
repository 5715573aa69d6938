// The known word that somebody probably meant: Damerau-Levenshtein distance, restricted to adjacent swaps.
#include "config/nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace parley::config {
namespace {

constexpr std::size_t longest_word = 80;  // the work grows with the square, and no setting is longer

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_above(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(two_above, above);
        std::swap(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + other});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.empty() || word.size() > longest_word) return std::nullopt;
    std::optional<std::string> best;
    std::size_t allowed = std::max<std::size_t>(2, word.size() / 3);
    for (const auto& candidate : candidates) {
        const auto apart = distance(word, candidate);
        if (apart > allowed || apart >= std::max(word.size(), candidate.size())) continue;
        if (best && apart == allowed) continue;
        best = candidate;
        allowed = apart;
    }
    return best;
}

}  // namespace parley::config

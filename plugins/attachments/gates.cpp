// Gates pass a file one after the other; one that does not ends it.
#include "gates.hpp"

#include <algorithm>
#include <sstream>

namespace attachments {
namespace {

constexpr std::size_t longest_reason = 500;

std::vector<std::string> words(const std::string& text) {
    std::istringstream from(text);
    std::vector<std::string> all;
    for (std::string one; from >> one;) all.push_back(one);
    return all;
}

bool has(const std::string& list, const std::string& word) {
    const auto all = words(list);
    return std::find(all.begin(), all.end(), word) != all.end();
}

void add(std::string& list, const std::string& word) {
    if (has(list, word)) return;
    if (!list.empty()) list += ' ';
    list += word;
}

void drop(std::string& list, const std::string& word) {
    std::string left;
    for (const auto& one : words(list))
        if (one != word) add(left, one);
    list = left;
}

/// Cleaners before everybody, then the scanner; people after everybody.
int rank(const std::string& gate) {
    if (gate.starts_with(cleaner_mark)) return -1;
    if (gate == "virus_scan") return 0;
    return gate == "approval" ? 2 : 1;
}

/// After a gate has passed it: the next one, or nobody.
void go_on(file_row& row, std::int64_t now) {
    row.tries = 0;
    if (next_gate(row).empty()) {
        set_state(row, file_state::ready);
        row.check_at = 0;
        return;
    }
    set_state(row, file_state::checking);
    row.check_at = now;
}

void end_as(file_row& row, file_state state, const std::optional<std::string>& reason) {
    set_state(row, state);
    row.reason = reason.value_or("").substr(0, longest_reason);
    row.check_at = 0;
}

template <class Enum>
std::string_view word_of(Enum is) {
    return boost::describe::enum_to_string(is, "");
}

}  // namespace

std::string in_order(std::vector<std::string> gates) {
    std::sort(gates.begin(), gates.end(),
              [](const auto& a, const auto& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
    std::string all;
    for (const auto& one : gates) add(all, one);
    return all;
}

std::string next_gate(const file_row& row) {
    for (const auto& one : words(row.gates))
        if (!has(row.passed, one)) return one;
    return {};
}

std::string_view name_of(file_state state) { return word_of(state); }
std::string_view name_of(file_category category) { return word_of(category); }

file_state state_of(const file_row& row) {
    auto made = file_state::uploading;
    boost::describe::enum_from_string(row.state.c_str(), made);
    return made;
}

file_category category_of(const file_row& row) {
    auto made = file_category::other;
    boost::describe::enum_from_string(row.category.c_str(), made);
    return made;
}

void set_state(file_row& row, file_state state) {
    row.state = name_of(state);
    if (state != file_state::rejected && state != file_state::quarantined) row.reason.clear();
    row.shown = state == file_state::ready && row.published != 0 && row.version_of == 0 ? 1 : 0;
}

bool is_final(file_state state) {
    return state == file_state::ready || state == file_state::rejected || state == file_state::quarantined;
}

bool hear_gate(file_row& row, const file_said& said, std::int64_t now) {
    const auto before = state_of(row);
    if (before == file_state::uploading || before == file_state::kept || before == file_state::quarantined)
        return false;
    switch (said.verdict) {
        case file_says::quarantine:
            end_as(row, file_state::quarantined, said.reason);
            return true;
        case file_says::reject:
            if (before == file_state::rejected) return false;
            end_as(row, file_state::rejected, said.reason);
            return true;
        case file_says::wait:
            if (before != file_state::checking || next_gate(row) != said.gate) return false;
            set_state(row, file_state::waiting);
            row.check_at = 0;
            return true;
        case file_says::pass:
            break;
    }
    if (before == file_state::rejected || !has(row.gates, said.gate) || has(row.passed, said.gate)) return false;
    const bool was_next = next_gate(row) == said.gate;
    add(row.passed, said.gate);
    if (was_next) go_on(row, now);
    return true;
}

void ask_again(file_row& row, const std::string& gate, std::int64_t now) {
    auto all = words(row.gates);
    all.push_back(gate);
    row.gates = in_order(all);
    drop(row.passed, gate);
    go_on(row, now);
}

void forget_passed(file_row& row) {
    std::string left;
    for (const auto& one : words(row.passed))
        if (one.starts_with(cleaner_mark)) add(left, one);
    row.passed = left;
}

void put_off(file_row& row, std::int64_t now) {
    constexpr std::int64_t longest = 60'000;
    row.check_at = now + std::min<std::int64_t>(std::int64_t{1'000} << std::min<std::int64_t>(row.tries, 6), longest);
    ++row.tries;
}

}  // namespace attachments

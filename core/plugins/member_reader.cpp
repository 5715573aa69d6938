// One member at a time, with a sentence for each that is wrong.
#include "plugins/member_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_problems = 100;

std::string shown(std::string_view text) { return escape_and_cut(text, 60); }

}  // namespace

std::string member_reader::path_of(std::string_view member) const {
    return path_.empty() ? shown(member) : fmt::format("{}.{}", path_, shown(member));
}

void member_reader::problem(std::string_view member, std::string_view sentence) {
    if (to_.size() < most_problems) to_.push_back(fmt::format("{}: {}", path_of(member), sentence));
}

const boost::json::value* member_reader::find(std::string_view name) {
    asked_.emplace(name);
    const auto* found = from_.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string member_reader::optional_text(std::string_view name, std::size_t most) {
    const auto* found = find(name);
    if (found == nullptr) return {};
    if (!found->is_string()) {
        problem(name, "must be a text (in quotes, where it looks like a number)");
        return {};
    }
    const auto& said = found->get_string();
    if (said.size() > most) {
        problem(name, fmt::format("is longer than {} bytes", most));
        return {};
    }
    return std::string(said);
}

std::string member_reader::text(std::string_view name, std::size_t most) {
    const auto before = to_.size();
    auto said = optional_text(name, most);
    if (said.empty() && to_.size() == before) problem(name, "is missing");
    return said;
}

bool member_reader::yes(std::string_view name, bool otherwise) {
    const auto* found = find(name);
    if (found == nullptr) return otherwise;
    if (!found->is_bool()) problem(name, "must be true or false");
    return found->is_bool() ? found->get_bool() : otherwise;
}

std::int64_t member_reader::whole(std::string_view name, std::int64_t least, std::int64_t most,
                                  std::int64_t otherwise) {
    const auto* found = find(name);
    if (found == nullptr) return otherwise;
    const auto* number = found->if_int64();
    if (number == nullptr || *number < least || *number > most) {
        problem(name, fmt::format("must be a whole number from {} to {}", least, most));
        return otherwise;
    }
    return *number;
}

boost::json::object member_reader::object(std::string_view name) {
    const auto* found = find(name);
    if (found == nullptr) return {};
    if (!found->is_object()) problem(name, "must be a mapping");
    return found->is_object() ? found->get_object() : boost::json::object{};
}

boost::json::array member_reader::array(std::string_view name, std::size_t most) {
    const auto* found = find(name);
    if (found == nullptr) return {};
    if (!found->is_array()) {
        problem(name, "must be a list");
        return {};
    }
    if (found->get_array().size() > most) {
        problem(name, fmt::format("has more than {} entries", most));
        return {};
    }
    return found->get_array();
}

std::vector<std::string> member_reader::names(std::string_view name, text_rule rule, std::string_view shape) {
    std::vector<std::string> made;
    const auto list = array(name);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto member = fmt::format("{}[{}]", name, i);
        const auto* said = list[i].if_string();
        if (said == nullptr || !rule({said->data(), said->size()})) {
            problem(member, fmt::format("must be {}", shape));
            continue;
        }
        std::string one(*said);
        if (std::ranges::find(made, one) != made.end())
            problem(member, fmt::format("{} stands there twice", one));
        else
            made.push_back(std::move(one));
    }
    return made;
}

std::string member_reader::word(std::string_view name, std::vector<std::string_view> words,
                                std::string_view otherwise) {
    const auto before = to_.size();
    auto said = optional_text(name, 64);
    if (to_.size() != before) return std::string(otherwise);
    if (said.empty() && !otherwise.empty()) return std::string(otherwise);
    if (std::ranges::find(words, said) != words.end()) return said;
    problem(name, said.empty() ? fmt::format("is missing; one of: {}", fmt::join(words, ", "))
                               : fmt::format("{} is none of: {}", shown(said), fmt::join(words, ", ")));
    return std::string(otherwise);
}

void member_reader::finish() {
    for (const auto& [name, ignored] : from_)
        if (!asked_.contains(std::string_view(name.data(), name.size())))
            problem({name.data(), name.size()}, "is not known");
}

}  // namespace parley::plugins

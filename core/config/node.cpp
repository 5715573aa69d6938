// A value from a configuration: reading scalars, finding, setting, merging, showing.
#include "config/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace parley::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Decimal digits without a leading zero: 010 is ten to some and eight to others, so it is no number here.
bool is_whole(std::string_view text) {
    if (!text.empty() && text.front() == '-') text.remove_prefix(1);
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    return text.size() == 1 || text.front() != '0';
}

std::optional<double> real_number(std::string_view text) {
    const auto sign = text.starts_with('-') ? 1U : 0U;
    if (text.size() <= sign || !is_digit(text[sign])) return std::nullopt;
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

member* member_of(node& of, std::string_view key) {
    const auto found = std::ranges::find(of.members, key, &member::key);
    return found == of.members.end() ? nullptr : &*found;
}

}  // namespace

problem origin::fault(std::string path, std::string message) const {
    std::string file = name ? *name : std::string("built-in settings");
    if (kind == origin_kind::environment) file = "environment variable " + file;
    return {std::move(file), line, column, std::move(path), std::move(message)};
}

node node::object() {
    node made;
    made.kind = node_kind::object;
    return made;
}

node node::string(std::string value) {
    node made;
    made.kind = node_kind::text;
    made.text = std::move(value);
    return made;
}

const node* node::child(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &member::key);
    return found == members.end() ? nullptr : &found->value;
}

const node* node::find(std::string_view path) const {
    const node* at = this;
    while (at != nullptr && !path.empty()) {
        const auto [key, rest] = split_first(path);
        at = at->child(key);
        path = rest;
    }
    return at;
}

void node::set(std::string_view path, node value) {
    const auto [key, rest] = split_first(path);
    member* at = member_of(*this, key);
    if (at == nullptr) {
        node empty = object();
        empty.where = value.where;
        at = &members.emplace_back(std::string(key), value.where, std::move(empty));
    }
    if (rest.empty()) {
        at->where = value.where;
        at->value = std::move(value);
    } else {
        at->value.set(rest, std::move(value));
    }
}

void node::erase(std::string_view path) {
    const auto [key, rest] = split_first(path);
    if (rest.empty()) {
        std::erase_if(members, [wanted = std::string_view(key)](const member& each) { return each.key == wanted; });
    } else if (member* at = member_of(*this, key)) {
        at->value.erase(rest);
    }
}

std::string node::shown() const {
    if (!secret.empty()) return fmt::format("<secret from {}>", secret);
    switch (kind) {
        case node_kind::text:
            return fmt::format("\"{}\"", printable(text));
        case node_kind::list: {
            std::string made;
            for (const auto& item : items) made += (made.empty() ? "" : ", ") + item.shown();
            return "[" + made + "]";
        }
        case node_kind::object:
            return "{...}";
        case node_kind::nothing:
            return "null";
        case node_kind::boolean:
        case node_kind::integer:
        case node_kind::real:
            break;
    }
    return printable(text);
}

node plain_scalar(std::string text) {
    node made = node::string(std::move(text));
    const std::string& as = made.text;
    if (as == "true" || as == "false") {
        made.kind = node_kind::boolean;
        made.flag = as == "true";
    } else if (is_whole(as) && std::from_chars(as.data(), as.data() + as.size(), made.integer).ec == std::errc{}) {
        made.kind = node_kind::integer;
    } else if (const auto number =
                   is_whole(as) || as.find_first_of(".eE") != as.npos ? real_number(as) : std::nullopt) {
        made.kind = node_kind::real;
        made.real = *number;
    }
    return made;
}

node merge(node lower, const node& upper) {
    if (lower.kind != node_kind::object || upper.kind != node_kind::object) return upper;
    for (const auto& above : upper.members) {
        if (member* below = member_of(lower, above.key)) {
            below->where = above.where;
            below->value = merge(std::move(below->value), above.value);
        } else {
            lower.members.push_back(above);
        }
    }
    return lower;
}

std::pair<std::string_view, std::string_view> split_first(std::string_view path) {
    const auto dot = path.find('.');
    if (dot == path.npos) return {path, {}};
    return {path.substr(0, dot), path.substr(dot + 1)};
}

}  // namespace parley::config

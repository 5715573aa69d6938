// Matching paths segment by segment, exactly: nothing is normalised, so "//", ".." and "%2f" match nothing.
#include "transport/route.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

using segments = std::vector<std::string_view>;

segments split(std::string_view path) {
    segments all;
    if (path.starts_with('/')) path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        all.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return all;
        path.remove_prefix(slash + 1);
    }
}

bool is_placeholder(std::string_view segment) { return segment.starts_with('{'); }

bool matches(const segments& pattern, const segments& path) {
    return std::ranges::equal(pattern, path, [](std::string_view wanted, std::string_view given) {
        return is_placeholder(wanted) ? !given.empty() : wanted == given;
    });
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        }
    }
    if (!is_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
    return out;
}

/// What a placeholder's segment means. Identifiers are written in one way only; texts are percent-encoded, and none of
/// them holds a slash.
result<json::value> value_in_path(const field& of, std::string_view segment) {
    if (of.type != field_type::text) return from_query_text(of, segment);
    const auto plus = segment.find('+') != std::string_view::npos;  // stands for itself here
    const auto text = plus ? std::nullopt : decode(segment);
    if (!text || text->empty() || text->find('/') != std::string::npos)
        return failure(fault::not_found, "not_found", "There is nothing here.");
    return from_query_text(of, *text);
}

result<void> carry(route_match& into, const operation& of, const segments& pattern, const segments& path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (!is_placeholder(pattern[i])) continue;
        const auto name = pattern[i].substr(1, pattern[i].size() - 2);
        auto value = value_in_path(*find_field(of, name), path[i]);
        // An identifier that is none is nobody's: the same answer as for one that is absent.
        if (!value) return failure(fault::not_found, "not_found", "There is nothing here.");
        into.carried[name] = std::move(*value);
    }
    return {};
}

bool overlap(const segments& one, const segments& other) {
    return std::ranges::equal(one, other, [](std::string_view a, std::string_view b) {
        return a == b || (is_placeholder(a) && !b.empty()) || (is_placeholder(b) && !a.empty());
    });
}

}  // namespace

void route_table::add(const operation& of) {
    auto path = split(of.path);
    auto& some = by_length_[path.size()];
    some.push_back({&of, std::move(path)});
    std::ranges::sort(some, {}, [](const route& one) {
        std::vector<bool> open;
        for (const auto segment : one.path) open.push_back(is_placeholder(segment));
        return open;
    });
}

result<route_match> route_table::find(std::string_view method, std::string_view path) const {
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    const auto given = split(path);
    const auto some = by_length_.find(given.size());
    if (some == by_length_.end()) return failure(fault::not_found, "not_found", "There is nothing here.");
    route_match found;
    std::string_view resource;  // the most literal pattern that matches decides which one is meant
    for (const auto& one : some->second) {
        if (!matches(one.path, given) || (!resource.empty() && one.what->path != resource)) continue;
        resource = one.what->path;
        found.other = one.what;
        found.allowed.push_back(one.what->method);
        if (one.what->method != wanted) continue;
        found.found = one.what;
        if (auto carried = carry(found, *one.what, one.path, given); !carried) return std::unexpected(carried.error());
        return found;
    }
    if (resource.empty()) return failure(fault::not_found, "not_found", "There is nothing here.");
    std::ranges::sort(found.allowed);
    return found;
}

const operation* route_table::overlapping(std::string_view path) const {
    const auto wanted = split(path);
    const auto some = by_length_.find(wanted.size());
    if (some == by_length_.end()) return nullptr;
    for (const auto& one : some->second)
        if (one.what->path != path && overlap(one.path, wanted)) return one.what;
    return nullptr;
}

result<json::object> read_query(const operation& of, std::string_view query) {
    json::object given;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        const auto name = decode(pair.substr(0, equals));
        const auto text =
            equals == std::string_view::npos ? std::optional<std::string>("") : decode(pair.substr(equals + 1));
        if (!name || !text) return invalid("query_invalid", "The query is not percent-encoded UTF-8.");
        if (given.contains(*name)) return invalid("query_twice", "A parameter stands twice in the query.", *name);
        const auto* wanted = find_field(of, *name);
        if (wanted == nullptr || wanted->in != place::query) {
            given[*name] = *text;
            continue;
        }
        auto value = from_query_text(*wanted, *text);
        if (!value) return std::unexpected(value.error());
        given[*name] = std::move(*value);
    }
    return given;
}

}  // namespace parley::transport

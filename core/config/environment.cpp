// Settings from environment variables, each given the type its setting has.
#include "config/environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "config/nearest.hpp"
#include "config/read_yaml.hpp"

namespace parley::config {
namespace {

constexpr std::string_view prefix = "PARLEY_";

std::optional<node> typed(const setting& of, const std::string& value, const origin& from, problem_list& problems) {
    const std::string& type = of.rules.child("type")->text;
    node made;
    if (type == "array") {
        // Wrapped, because a document of settings is an object.
        problem_list inner;
        auto document = read_yaml("value: " + value, from.name, inner, origin_kind::environment);
        const node* list = document ? document->child("value") : nullptr;
        if (!inner.empty() || list == nullptr || document->members.size() != 1) {
            problems.add(from.fault(of.path, "expected a list such as [a, b]"));
            return std::nullopt;
        }
        made = *list;
        for (auto& item : made.items) item.where = from;
    } else {
        made = type == "string" ? node::string(value) : plain_scalar(value);
    }
    made.where = from;
    if (of.secret) made.secret = "environment variable " + *from.name;
    return made;
}

}  // namespace

environment process_environment() {
    environment made;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view line = *entry;
        const auto sign = line.find('=');
        if (sign != line.npos) made.emplace(line.substr(0, sign), line.substr(sign + 1));
    }
    return made;
}

std::string variable_of(std::string_view path) {
    std::string made(prefix);
    for (const char c : path) {
        if (c == '.') {
            made += "__";
        } else {
            made += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return made;
}

node read_environment(const environment& variables, const known_settings& known, problem_list& problems) {
    std::map<std::string, std::string, std::less<>> path_of;
    std::vector<std::string> names;
    for (const auto& [path, of] : known) path_of.emplace(names.emplace_back(variable_of(path)), path);

    node layer = node::object();
    for (auto at = variables.lower_bound(prefix); at != variables.end() && at->first.starts_with(prefix); ++at) {
        const auto& [name, value] = *at;
        if (name.find("__") == name.npos) continue;
        const origin from{origin_kind::environment, std::make_shared<const std::string>(name), 0, 0};
        const auto path = path_of.find(name);
        if (path == path_of.end()) {
            const auto meant = nearest(name, names);
            problems.add(from.fault(
                "", meant ? fmt::format("no such setting; did you mean {}?", *meant) : std::string("no such setting")));
        } else if (value.size() > yaml_limits::bytes || first_bad_byte(value) != value.npos) {
            problems.add(from.fault(path->second, "too long, not UTF-8, or a control character"));
        } else if (auto made = typed(*known.find(path->second)->second, value, from, problems)) {
            layer.set(path->second, std::move(*made));
        }
    }
    return layer;
}

}  // namespace parley::config

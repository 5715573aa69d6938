// The kernel's settings as data: the built-in text read into a list.
#include "config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "config/read_yaml.hpp"

namespace parley::config {
namespace {

/// What a section hands down to its settings.
struct inherited_words {
    std::string prefix;
    const node* scope = nullptr;
    const node* reload = nullptr;
};

const node& required(const node* word, std::string_view name, std::string_view path) {
    // The text is ours: a gap in it is a defect of this program, and a test reads it.
    if (word == nullptr) throw std::logic_error(fmt::format("settings_text: {} has no {}", path, name));
    return *word;
}

level level_of(const node& word) {
    if (word.text == "server") return level::server;
    if (word.text == "tenant") return level::tenant;
    if (word.text == "model") return level::model;
    throw std::logic_error("settings_text: unknown scope " + word.text);
}

setting make_setting(const std::string& path, const node& body, const inherited_words& from) {
    const auto word = [&](std::string_view name) { return body.child(name); };
    const node* scope = word("scope") != nullptr ? word("scope") : from.scope;
    const node* reload = word("reload") != nullptr ? word("reload") : from.reload;
    setting made;
    made.path = path;
    made.description = required(word("description"), "description", path).text;
    made.lowest = level_of(required(scope, "scope", path));
    made.live = required(reload, "reload", path).text == "live";
    made.secret = word("secret") != nullptr && word("secret")->flag;
    made.inherited = word("inherit") == nullptr || word("inherit")->flag;
    made.from_forms = word("forms") == nullptr || word("forms")->flag;
    made.at_each_level = word("levels") != nullptr;
    if (made.at_each_level) made.inherited = false;
    if (word("check") != nullptr) made.check = word("check")->text;
    made.fallback = required(word("default"), "default", path);
    made.fallback.where = {};
    made.rules = node::object();
    for (const auto& [key, where, value] : body.members) {
        static constexpr std::string_view ours[] = {"description", "scope", "reload", "secret", "inherit",
                                                    "default",     "check", "levels", "forms"};
        if (std::ranges::find(ours, key) == std::end(ours)) made.rules.members.push_back({key, where, value});
    }
    return made;
}

void read_properties(const node& properties, const inherited_words& from, schema& into) {
    for (const auto& [key, where, body] : properties.members) {
        const std::string path = from.prefix + key;
        const node* inner = body.child("properties");
        if (inner == nullptr) {
            into.settings.push_back(make_setting(path, body, from));
            continue;
        }
        into.sections.push_back({path, required(body.child("description"), "description", path).text});
        inherited_words down{path + ".", body.child("scope"), body.child("reload")};
        if (down.scope == nullptr) down.scope = from.scope;
        if (down.reload == nullptr) down.reload = from.reload;
        read_properties(*inner, down, into);
    }
}

schema read_schema() {
    problem_list problems;
    const auto tree = read_yaml(settings_text(), std::make_shared<const std::string>("settings_text"), problems);
    if (!problems.empty()) throw std::logic_error(problems.take().front().text());
    schema made;
    read_properties(*tree, {}, made);
    return made;
}

std::string word_for(std::string_view type) {
    if (type == "integer") return "a whole number";
    if (type == "boolean") return "true or false";
    if (type == "number") return "a number";
    if (type == "object") return "settings of hooks by their names";
    return "a text";
}

}  // namespace

setting setting_from(const std::string& path, const node& body) { return make_setting(path, body, {}); }

bool setting::has_entries() const { return rules.find("items.properties") != nullptr; }

std::string setting::expectation() const {
    const auto number = [&](std::string_view name) -> std::int64_t {
        const node* word = rules.child(name);
        return word == nullptr ? 0 : word->integer;
    };
    const std::string& type = required(rules.child("type"), "type", path).text;
    if (const node* choices = rules.child("enum")) {
        std::string made;
        for (const auto& choice : choices->items) made += (made.empty() ? "" : ", ") + choice.text;
        return "one of " + made;
    }
    if (type == "integer") return fmt::format("{} from {} to {}", word_for(type), number("minimum"), number("maximum"));
    if (type == "array") {
        const auto word = has_entries() ? std::string_view("a list of objects") : std::string_view("a list of texts");
        return fmt::format("{}, {} at most", word, number("maxItems"));
    }
    if (type == "number" && rules.child("minimum") != nullptr && rules.child("maximum") != nullptr)
        return fmt::format("{} from {} to {}", word_for(type), rules.child("minimum")->text,
                           rules.child("maximum")->text);
    if (type != "string") return word_for(type);
    return fmt::format("{} of {} to {} characters", word_for(type), number("minLength"), number("maxLength"));
}

const setting* schema::find(std::string_view path) const {
    const auto found = std::ranges::find(settings, path, &setting::path);
    return found == settings.end() ? nullptr : &*found;
}

known_settings schema::known_to(level where) const {
    known_settings made;
    for (const auto& each : settings) {
        if (each.at_each_level) {
            made.emplace(each.path, &each);
        } else if (where == level::server && each.lowest != level::server) {
            if (each.inherited) made.emplace(fmt::format("{}.{}", tenant_defaults_key, each.path), &each);
        } else if (each.lowest >= where && (each.lowest == level::server) == (where == level::server)) {
            made.emplace(each.path, &each);
        }
    }
    return made;
}

node schema::defaults(level first, level second) const {
    node made = node::object();
    for (const auto& each : settings) {
        if (each.at_each_level || each.lowest == first || each.lowest == second) made.set(each.path, each.fallback);
    }
    return made;
}

const schema& kernel_schema() {
    static const schema read = read_schema();
    return read;
}

std::shared_ptr<const schema> shared_kernel_schema() { return {std::shared_ptr<const schema>(), &kernel_schema()}; }

const plugin_section* schema::plugin(std::string_view id) const {
    const auto found = std::ranges::find(plugins, id, &plugin_section::id);
    return found == plugins.end() ? nullptr : &*found;
}

}  // namespace parley::config

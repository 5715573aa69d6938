// A plugin's section, put into the schema, and its hooks, which have names with dots and so are checked here.
#include "config/plugin_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/json.hpp"
#include "config/checks.hpp"
#include "config/json_schema.hpp"
#include "config/nearest.hpp"
#include "config/schema.hpp"

namespace parley::config {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 17> words{
    "type",    "minimum", "maximum", "enum",   "minLength", "maxLength",   "maxItems", "items",  "forms",
    "default", "scope",   "reload",  "secret", "inherit",   "description", "check",    "pattern"};
constexpr std::array<std::string_view, 6> usable_checks{"address", "network", "host", "origin", "header_name", "line"};

template <class List>
bool among(const List& list, std::string_view word) {
    return std::ranges::find(list, word) != std::end(list);
}

bool is_setting_name(std::string_view name) {
    const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.size() <= 63 && letter(name.front()) && std::ranges::all_of(name, allowed);
}

/// One setting of a manifest, held against the language.
class words_check {
public:
    explicit words_check(node& body) : body_(body) {}

    std::string run() {
        if (body_.kind != node_kind::object) return "expected an object that describes the setting";
        for (const auto& each : body_.members)
            if (!among(words, each.key)) return fmt::format("{} is no word for settings", printable(each.key));
        fall_back("scope", "model");
        fall_back("reload", "live");
        if (auto wrong = wrong_choice(); !wrong.empty()) return wrong;
        if (text("description").empty()) return "there is no description";
        if (body_.child("default") == nullptr) return "there is no default";
        return wrong_bounds();
    }

private:
    [[nodiscard]] std::string_view text(std::string_view word) const {
        const auto* found = body_.child(word);
        return found != nullptr && found->kind == node_kind::text ? std::string_view(found->text) : "";
    }

    void fall_back(std::string_view word, std::string_view value) {
        if (body_.child(word) == nullptr)
            body_.members.push_back({std::string(word), {}, node::string(std::string(value))});
    }

    [[nodiscard]] bool has_all(std::initializer_list<std::string_view> names) const {
        return std::ranges::all_of(names, [&](std::string_view name) {
            const auto* found = body_.child(name);
            return found != nullptr && (found->kind == node_kind::integer || found->kind == node_kind::real);
        });
    }

    [[nodiscard]] std::string wrong_choice() const {
        static constexpr std::array<std::string_view, 5> types{"string", "integer", "number", "boolean", "array"};
        static constexpr std::array<std::string_view, 3> scopes{"server", "tenant", "model"};
        static constexpr std::array<std::string_view, 2> reloads{"live", "restart"};
        if (!among(types, text("type"))) return "type is one of string, integer, number, boolean, array";
        if (!among(scopes, text("scope"))) return "scope is one of server, tenant, model";
        if (!among(reloads, text("reload"))) return "reload is live or restart";
        if (text("reload") == "restart" && text("scope") != "server")
            return "only a setting of the server can need a restart";
        if (const auto* check = body_.child("check"); check != nullptr && !among(usable_checks, check->text))
            return "check is one of address, network, host, origin, header_name, line";
        const auto* forms = body_.child("forms");
        if (forms != nullptr && forms->kind != node_kind::boolean) return "forms is true or false";
        const auto* secret = body_.child("secret");
        if (secret != nullptr && secret->flag && text("type") != "string") return "only a text can be a secret";
        return {};
    }

    [[nodiscard]] std::string wrong_bounds() const {
        const auto type = text("type");
        if (const auto* choices = body_.child("enum"); choices != nullptr)
            return choices->kind == node_kind::list && !choices->items.empty() ? "" : "enum is a list";
        if (type == "integer" && !has_all({"minimum", "maximum"})) return "an integer needs minimum and maximum";
        if (type == "string" && !has_all({"maxLength"})) return "a string needs maxLength";
        if (type != "array") return {};
        if (!has_all({"maxItems"})) return "an array needs maxItems";
        const auto* item = body_.find("items.type");
        const bool plain = item != nullptr && (item->text == "string" || item->text == "integer");
        return plain ? "" : "an array has items of type string or integer";
    }

    node& body_;
};

setting reserved(const std::string& path, std::string_view yaml_type, std::string description) {
    setting made;
    made.path = path;
    made.description = std::move(description);
    made.rules = node::object();
    made.rules.set("type", node::string(std::string(yaml_type)));
    made.fallback = node::object();
    return made;
}

setting isolation_of(const plugin_section& of) {
    auto made = reserved(of.id + ".isolation", "string",
                         "Whether the plugin runs in the server's process, or in one of its own.");
    node choices;
    choices.kind = node_kind::list;
    choices.items = {node::string("in_process"), node::string("process")};
    made.rules.set("enum", std::move(choices));
    made.fallback = node::string(of.isolation);
    return made;
}

setting memory_of(const plugin_section& of) {
    auto made = reserved(of.id + ".memory_mib", "integer",
                         "How much memory the plugin may have, in MiB, when it has a process of its own.");
    made.rules.set("minimum", plain_scalar(std::to_string(least_plugin_memory_mib)));
    made.rules.set("maximum", plain_scalar(std::to_string(most_plugin_memory_mib)));
    made.fallback = plain_scalar(std::to_string(of.memory_mib));
    return made;
}

setting hooks_of(const plugin_section& of) {
    std::string names;
    for (const auto& one : of.hooks) names += fmt::format("{}`{}`", names.empty() ? "" : ", ", one.name);
    auto made = reserved(of.id + ".hooks", "object",
                         fmt::format("By hook ({}): `on_failure` (refuse, hold or skip), `deadline_ms` and, where the "
                                     "plugin guards something, `accept_risk`.",
                                     names));
    made.check = std::string(hooks_check);
    made.live = true;
    return made;
}

/// Which settings of this section have a default that they would refuse.
std::vector<std::string> bad_defaults(const schema& of_plugin, const std::string& id) {
    std::vector<std::string> wrong;
    const auto look = [&](const node& defaults, level where) {
        for (const auto& path : level_rules(of_plugin, where).violations(defaults))
            wrong.push_back(fmt::format("settings.{}: its default is not what it allows", path.substr(id.size() + 1)));
    };
    look(of_plugin.defaults(level::server, level::server), level::server);
    look(of_plugin.defaults(level::tenant, level::model), level::tenant);
    return wrong;
}

class hooks_reader {
public:
    hooks_reader(const std::string& path, const plugin_section& of, problem_list& problems)
        : path_(path), of_(of), problems_(problems) {}

    std::optional<node> read(const node& value) {
        if (value.kind != node_kind::object) {
            fail(value.where, path_, "expected settings of hooks by their names");
            return {};
        }
        for (const auto& each : value.members) read_hook(each);
        if (!good_) return {};
        return value;
    }

private:
    void read_hook(const member& each) {
        const auto path = fmt::format("{}.{}", path_, printable(each.key));
        const auto known = std::ranges::find(of_.hooks, each.key, &hook_words::name);
        if (known == of_.hooks.end()) return fail(each.where, path, unknown(each.key));
        if (each.value.kind != node_kind::object)
            return fail(each.value.where, path, "expected on_failure, deadline_ms or accept_risk below this name");
        for (const auto& word : each.value.members) read_word(word, path, *known);
        const auto* policy = each.value.child("on_failure");
        const auto* accepted = each.value.child("accept_risk");
        const bool meant = accepted != nullptr && accepted->flag;
        if (policy != nullptr && policy->text == "skip" && known->security && !meant)
            fail(policy->where, path + ".on_failure",
                 "skip would let through what it guards against; accept_risk: true says that this is meant");
    }

    void read_word(const member& word, const std::string& hook, const hook_words& of) {
        const auto path = fmt::format("{}.{}", hook, printable(word.key));
        const node& value = word.value;
        if (word.key == "on_failure") {
            static constexpr std::array<std::string_view, 3> policies{"refuse", "hold", "skip"};
            if (value.kind != node_kind::text || !among(policies, value.text))
                fail(value.where, path, "expected one of refuse, hold, skip, found " + value.shown());
            else if (value.text == "hold" && !of.can_hold)
                fail(value.where, path, "only a new message can be held");
        } else if (word.key == "deadline_ms") {
            const bool whole = value.kind == node_kind::integer;
            if (!whole || value.integer < 1 || value.integer > most_hook_deadline_ms)
                fail(value.where, path,
                     fmt::format("expected a whole number from 1 to {}, found {}", most_hook_deadline_ms,
                                 value.shown()));
        } else if (word.key == "accept_risk") {
            if (value.kind != node_kind::boolean)
                fail(value.where, path, "expected true or false, found " + value.shown());
        } else {
            const auto meant = nearest(word.key, {"on_failure", "deadline_ms", "accept_risk"});
            fail(word.where, path,
                 meant ? fmt::format("unknown setting; did you mean {}?", *meant) : "unknown setting");
        }
    }

    [[nodiscard]] std::string unknown(const std::string& key) const {
        std::vector<std::string> names;
        for (const auto& one : of_.hooks) names.push_back(one.name);
        if (names.empty()) return "the plugin has no hooks";
        if (const auto meant = nearest(key, names)) return fmt::format("unknown hook; did you mean {}?", *meant);
        return fmt::format("unknown hook; the plugin has {}", fmt::join(names, ", "));
    }

    void fail(const origin& where, const std::string& path, std::string message) {
        problems_.add(where.fault(path, std::move(message)));
        good_ = false;
    }

    const std::string& path_;
    const plugin_section& of_;
    problem_list& problems_;
    bool good_ = true;
};

}  // namespace

std::vector<std::string> add_section(schema& to, const plugin_section& of) {
    std::vector<std::string> wrong;
    const auto taken = [&](const setting& one) { return split_first(one.path).first == of.id; };
    if (of.id == tenant_defaults_key || std::ranges::any_of(to.settings, taken))
        return {"its id is the name of a section that the configuration has already"};
    schema own;
    for (const auto& [name, said] : of.settings) {
        auto body = node_of(said);
        auto why = words_check(body).run();
        if (!is_setting_name(name)) why = "a name is lower case letters, digits and _";
        if (name == "isolation" || name == "hooks" || name == "memory_mib") why = "the name is the server's";
        if (why.empty())
            own.settings.push_back(setting_from(fmt::format("{}.{}", of.id, std::string_view(name)), body));
        else
            wrong.push_back(fmt::format("settings.{}: {}", printable(name), why));
    }
    if (wrong.empty()) wrong = bad_defaults(own, of.id);
    if (!wrong.empty()) return wrong;
    own.settings.push_back(isolation_of(of));
    own.settings.push_back(memory_of(of));
    if (!of.hooks.empty()) own.settings.push_back(hooks_of(of));
    to.sections.push_back({of.id, of.sentence});
    std::ranges::move(own.settings, std::back_inserter(to.settings));
    to.plugins.push_back(of);
    return {};
}

std::optional<node> checked_hooks(const node& value, const std::string& path, const plugin_section& of,
                                  problem_list& problems) {
    return hooks_reader(path, of, problems).read(value);
}

}  // namespace parley::config

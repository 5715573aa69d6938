// One layer of settings held against the schema: unknown names first, then valijson, then our own rules.
#include "config/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "config/checks.hpp"
#include "config/entries.hpp"
#include "config/json_schema.hpp"
#include "config/nearest.hpp"

namespace parley::config {
namespace {

class layer_check {
public:
    layer_check(const level_rules& by, const secret_sources& sources, problem_list& problems)
        : by_(by), known_(by.known), sources_(sources), problems_(problems) {}

    node run(const node& layer) {
        collect(layer, "");
        for (const auto& path : by_.violations(good_)) report_violation(path);
        for (const auto& path : broken_) good_.erase(path);
        check_rules();
        for (const auto& path : broken_) good_.erase(path);
        return std::move(good_);
    }

private:
    /// Keeps what has a known name.
    void collect(const node& object, const std::string& prefix) {
        for (const auto& each : object.members) {
            const std::string path = prefix + each.key;
            // A dot inside a key would read like a path.
            const bool plain = each.key.find('.') == each.key.npos && !each.key.empty();
            if (const auto found = known_.find(path); plain && found != known_.end()) {
                collect_setting(path, *found->second, each);
            } else if (plain && is_section(path)) {
                collect_section(path, each);
            } else {
                problems_.add(each.where.fault(printable(path), unknown(each.key, path, prefix)));
            }
        }
    }

    void collect_section(const std::string& path, const member& each) {
        if (each.value.kind == node_kind::object) return collect(each.value, path + ".");
        if (each.value.kind == node_kind::nothing) return;  // every line below it is commented out
        problems_.add(each.value.where.fault(path, "expected settings below this name"));
    }

    void collect_setting(const std::string& path, const setting& of, const member& each) {
        if (each.value.kind == node_kind::nothing) {
            problems_.add(each.where.fault(path, "has no value; without the line it has its default"));
        } else if (of.has_entries()) {
            if (auto entries = resolve_entries(each.value, path, of, sources_, problems_))
                good_.set(path, std::move(*entries));
        } else if (of.check == hooks_check) {
            if (auto choices = checked_hooks(each.value, path, *by_.all.plugin(split_first(path).first), problems_))
                good_.set(path, std::move(*choices));
        } else if (!is_reference(each.value)) {
            good_.set(path, hidden_if_secret(of, each.value));
        } else if (!of.secret) {
            problems_.add(each.value.where.fault(path, "is no secret and takes its value here"));
        } else if (auto resolved = resolve(each.value, path, sources_, problems_)) {
            good_.set(path, std::move(*resolved));
        }
    }

    /// A key that somebody wrote here all the same is shown no more than one that came by reference. A URL has no
    /// password in it, or is refused.
    [[nodiscard]] static node hidden_if_secret(const setting& of, node value) {
        const bool hides = of.secret && value.secret.empty() && !value.text.empty() && of.check != "database_url";
        if (hides) value.secret = "the configuration itself";
        return value;
    }

    [[nodiscard]] bool is_section(const std::string& path) const {
        const auto next = known_.lower_bound(path + ".");
        return next != known_.end() && next->first.starts_with(path + ".");
    }

    [[nodiscard]] std::string unknown(const std::string& key, const std::string& path,
                                      const std::string& prefix) const {
        if (key.empty() || key.find('.') != key.npos) return "a key has no dots; nest one setting below the other";
        if (auto elsewhere = other_level(path)) return *elsewhere;
        std::vector<std::string> siblings, anywhere;
        for (const auto& [full, of] : known_) {
            if (full.starts_with(prefix)) siblings.emplace_back(split_first(full.substr(prefix.size())).first);
            if (full.ends_with("." + key)) anywhere.push_back(full);
        }
        if (const auto meant = nearest(key, siblings)) {
            return fmt::format("unknown setting; did you mean {}?", prefix + *meant);
        }
        if (!anywhere.empty()) return fmt::format("unknown setting; did you mean {}?", anywhere.front());
        return "unknown setting";
    }

    /// Where a setting of this name may be set, when that is not here.
    [[nodiscard]] std::optional<std::string> other_level(const std::string& path) const {
        std::string_view name = path;
        const std::string defaults = std::string(tenant_defaults_key) + ".";
        if (name.starts_with(defaults)) name.remove_prefix(defaults.size());
        const setting* found = nullptr;
        for (const auto& each : by_.all.settings) {
            if (each.path == name || each.path.starts_with(std::string(name) + ".")) found = &each;
        }
        if (found == nullptr) return std::nullopt;
        if (found->lowest == level::server) return "can be set in parley.yaml only, at its top";
        if (!found->inherited) return "belongs to one tenant or model, and is set in a file under tenants/";
        if (by_.where == level::server) return fmt::format("is a tenant's; write {}{}", defaults, name);
        return "can be set for a whole tenant only, not for a model";
    }

    void report_violation(const std::string& path) {
        const std::string setting_path = path.substr(0, path.find('['));
        const auto found = known_.find(setting_path);
        if (found == known_.end()) return;
        const node& value = *good_.find(setting_path);
        if (found->second->has_entries() && value.kind == node_kind::list) {
            const auto [where, message] = entry_violation(value, path.substr(setting_path.size()), *found->second);
            return reject(setting_path, path, where, message);
        }
        const node* item = &value;
        if (path.size() > setting_path.size()) item = &value.items.at(std::stoul(path.substr(setting_path.size() + 1)));
        std::string message = "expected " + found->second->expectation();
        if (!found->second->secret) message += ", found " + described(*item) + hint(*found->second, *item);
        reject(setting_path, path, item->where, std::move(message));
    }

    [[nodiscard]] static std::string described(const node& value) {
        if (value.kind == node_kind::object) return "further settings";
        if (value.kind == node_kind::list) return "a list";
        return value.shown();
    }

    [[nodiscard]] static std::string hint(const setting& of, const node& value) {
        if (const node* choices = of.rules.child("enum")) {
            std::vector<std::string> words;
            words.reserve(choices->items.size());
            for (const auto& choice : choices->items) words.push_back(choice.text);
            const auto meant = nearest(value.text, words);
            return meant ? fmt::format("; did you mean {}?", *meant) : "";
        }
        const bool scalar = value.kind != node_kind::object && value.kind != node_kind::list;
        const bool wants_text = of.rules.child("type")->text != "integer" && of.rules.child("type")->text != "boolean";
        const bool quote = wants_text && scalar && value.kind != node_kind::text;
        return quote ? "; put it in quotes" : "";
    }

    void check_rules() {
        for (const auto& [path, of] : known_) {
            const node* value = good_.find(path);
            if (value == nullptr) continue;
            if (value->kind == node_kind::list) {
                for (std::size_t i = 0; i < value->items.size(); ++i) {
                    check_rule(path, fmt::format("{}[{}]", path, i), *of, value->items[i]);
                }
            } else {
                check_rule(path, path, *of, *value);
            }
        }
    }

    void check_rule(const std::string& setting_path, const std::string& path, const setting& of, const node& value) {
        if (of.has_entries()) {
            if (const auto wrong = broken_entry(of, value))
                reject(setting_path, path + "." + wrong->member, wrong->where, wrong->message);
            return;
        }
        if (auto why = broken_rule(of.check, value.text)) {
            if (!of.secret) *why += ", found " + value.shown();
            reject(setting_path, path, value.where, std::move(*why));
        } else if (of.secret && value.secret.empty() && has_password(value.text)) {
            reject(setting_path, path, value.where,
                   "a password does not belong here; keep the whole URL in a file and write {secret: {file: path}}");
        }
    }

    void reject(const std::string& setting_path, const std::string& path, const origin& where, std::string message) {
        problems_.add(where.fault(path, std::move(message)));
        broken_.push_back(setting_path);
    }

    const level_rules& by_;
    const known_settings& known_;
    const secret_sources& sources_;
    problem_list& problems_;
    node good_ = node::object();
    std::vector<std::string> broken_;
};

}  // namespace

node validate(const node& layer, const level_rules& by, const secret_sources& sources, problem_list& problems) {
    return layer_check(by, sources, problems).run(layer);
}

}  // namespace parley::config

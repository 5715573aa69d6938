// Lists of objects: resolved, and held against rules that JSON Schema cannot say.
#include "config/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/jwt.hpp"
#include "config/checks.hpp"
#include "config/nearest.hpp"

namespace parley::config {
namespace {

const node& rules_of_members(const setting& of) { return *of.rules.find("items.properties"); }

bool is_secret(const node& rules) {
    const auto* word = rules.child("secret");
    return word != nullptr && word->flag;
}

/// Resolves what stands below one entry and notes whether all was good.
class entry_reader {
public:
    entry_reader(const setting& of, const secret_sources& sources, problem_list& problems)
        : members_(rules_of_members(of)), sources_(sources), problems_(problems) {}

    [[nodiscard]] bool good() const { return good_; }

    node read(const node& entry, const std::string& path) {
        if (entry.kind != node_kind::object) return entry;
        auto made = entry;
        for (auto& each : made.members) {
            const auto below = path + "." + printable(each.key);
            const auto* rules = members_.child(each.key);
            if (rules == nullptr) {
                fail(each.where, below, unknown(each.key));
            } else if (each.value.kind == node_kind::nothing) {
                fail(each.where, below, "has no value; without the line it has its default");
            } else {
                each.value = value_of(each.value, below, is_secret(*rules));
            }
        }
        return made;
    }

private:
    node value_of(const node& value, const std::string& path, bool secret) {  // NOLINT(misc-no-recursion): two deep
        if (value.kind == node_kind::list) {
            auto made = value;
            for (std::size_t i = 0; i < made.items.size(); ++i)
                made.items[i] = value_of(value.items[i], fmt::format("{}[{}]", path, i), secret);
            return made;
        }
        if (!is_reference(value)) {
            auto made = value;
            if (secret && made.kind == node_kind::text) made.secret = "the configuration itself";
            return made;
        }
        if (!secret) {
            fail(value.where, path, "is no secret and takes its value here");
            return value;
        }
        auto resolved = resolve(value, path, sources_, problems_);
        good_ = good_ && resolved.has_value();
        return resolved ? std::move(*resolved) : value;
    }

    [[nodiscard]] std::string unknown(const std::string& key) const {
        std::vector<std::string> names;
        for (const auto& each : members_.members) names.push_back(each.key);
        const auto meant = nearest(key, names);
        return meant ? fmt::format("unknown setting; did you mean {}?", *meant) : "unknown setting";
    }

    void fail(const origin& where, const std::string& path, std::string message) {
        problems_.add(where.fault(path, std::move(message)));
        good_ = false;
    }

    const node& members_;
    const secret_sources& sources_;
    problem_list& problems_;
    bool good_ = true;
};

/// "[0].algorithms[1]" -> the node there, or the innermost that is.
const node& node_at(const node& list, std::string_view below) {
    const node* at = &list;
    while (!below.empty()) {
        const bool index = below.front() == '[';
        const auto end = std::min(below.find_first_of(".[", 1), below.size());
        const auto step = below.substr(1, end - (index ? 2 : 1));
        const node* next = nullptr;
        if (!index)
            next = at->child(step);
        else if (const auto which = std::stoul(std::string(step)); which < at->items.size())
            next = &at->items[which];
        if (next == nullptr) break;
        at = next;
        below.remove_prefix(end);
    }
    return *at;
}

std::string choices_of(const node& rules) {
    const auto* choices = rules.child("enum");
    if (choices == nullptr) choices = rules.find("items.enum");
    if (choices == nullptr) return {};
    std::string made;
    for (const auto& one : choices->items) made += (made.empty() ? "" : ", ") + one.text;
    return made;
}

bool says(const node& entry, std::string_view member, std::string_view text) {
    const auto* found = entry.child(member);
    return found != nullptr && std::ranges::any_of(found->items, [&](const node& item) { return item.text == text; });
}

std::optional<entry_fault> fault_at(const node& entry, std::string_view member, std::string message) {
    const auto* found = entry.child(member);
    return entry_fault{std::string(member), found != nullptr ? found->where : entry.where, std::move(message)};
}

/// An address that will be asked, perhaps on the open internet only.
std::optional<entry_fault> broken_address(const node& entry, std::string_view member) {
    const auto& url = entry.child(member)->text;
    const auto* allowed = entry.child("allow_private");
    const bool may_be_plain = allowed != nullptr && allowed->flag;
    if (!url.starts_with("https://") && !(may_be_plain && url.starts_with("http://")))
        return fault_at(entry, member, "expected https:// and an address; http:// needs allow_private: true");
    if (url.find_first_of(" @#\\") != url.npos)
        return fault_at(entry, member, "an address without spaces, user names and fragments");
    return {};
}

std::optional<entry_fault> broken_url(const node& entry) {
    if (auto wrong = broken_address(entry, "jwks_url")) return wrong;
    if (says(entry, "algorithms", "HS256"))
        return fault_at(entry, "algorithms", "HS256 needs a secret, and what is published is none; use keys");
    return {};
}

std::optional<entry_fault> broken_keys(const node& entry) {
    const auto& keys = entry.child("keys")->items;
    std::vector<std::string_view> served;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto read = jwt::parse_keys(keys[i].text);
        if (!read) return entry_fault{fmt::format("keys[{}]", i), keys[i].where, read.error().message};
        for (const auto& one : *read) served.push_back(jwt::name_of(one.good_for()));
    }
    for (const auto& one : entry.child("algorithms")->items)
        if (std::ranges::find(served, one.text) == served.end())
            return entry_fault{"algorithms", one.where, fmt::format("there is no key for {}", one.text)};
    return {};
}

/// Keys come from one place, and fit the algorithms.
std::optional<entry_fault> broken_issuer(const node& entry) {
    const bool published = entry.child("jwks_url") != nullptr;
    const bool given = entry.child("keys") != nullptr;
    if (published == given) return fault_at(entry, "keys", "an issuer has either jwks_url or keys");
    return published ? broken_url(entry) : broken_keys(entry);
}

std::optional<entry_fault> broken_provider(const node& entry) {
    if (auto wrong = broken_address(entry, "issuer")) return wrong;
    if (entry.child("issuer")->text.find('?') != std::string::npos)
        return fault_at(entry, "issuer", "an issuer has no query");
    const auto* scopes = entry.child("scopes");
    if (scopes != nullptr && (" " + scopes->text + " ").find(" openid ") == std::string::npos)
        return fault_at(entry, "scopes", "without openid the provider says nothing of who somebody is");
    return {};
}

}  // namespace

std::optional<node> resolve_entries(const node& list, const std::string& path, const setting& of,
                                    const secret_sources& sources, problem_list& problems) {
    auto made = list;
    entry_reader reader(of, sources, problems);
    for (std::size_t i = 0; i < made.items.size(); ++i)
        made.items[i] = reader.read(list.items[i], fmt::format("{}[{}]", path, i));
    if (!reader.good()) return std::nullopt;
    return made;
}

std::pair<origin, std::string> entry_violation(const node& list, std::string_view below, const setting& of) {
    const node& found = node_at(list, below);
    const auto dot = below.find('.');
    if (dot == below.npos) {
        std::string needed;
        for (const auto& one : of.rules.find("items.required")->items)
            needed += (needed.empty() ? "" : ", ") + one.text;
        return {found.where,
                below.empty() ? "expected " + of.expectation() : "expected an object with at least " + needed};
    }
    const auto name = below.substr(dot + 1, below.find('[', dot) - dot - 1);
    const node& rules = *rules_of_members(of).child(name);
    const auto choices = choices_of(rules);
    auto wanted = choices.empty() ? rules.child("type")->text : "of " + choices;
    if (rules.child("type")->text == "array") wanted = "a list " + (choices.empty() ? "of texts" : wanted);
    return {found.where, "expected " + wanted};
}

std::optional<entry_fault> broken_entry(const setting& of, const node& entry) {
    for (const auto& each : entry.members) {
        const auto* check = rules_of_members(of).child(each.key)->child("check");
        if (check == nullptr) continue;
        if (auto why = broken_rule(check->text, each.value.text)) return fault_at(entry, each.key, std::move(*why));
    }
    if (of.check == "issuer") return broken_issuer(entry);
    if (of.check == "sign_in_provider") return broken_provider(entry);
    return {};
}

}  // namespace parley::config

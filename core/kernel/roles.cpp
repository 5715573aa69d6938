// Rows of roles, and the news for whoever has one.
#include "kernel/roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/text.hpp"
#include "kernel/audit.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

constexpr text_limits sentence_limits{.max_graphemes = 200, .max_bytes = 3200, .field = "sentence"};
constexpr std::size_t longest_name = 32;

bool is_role_name(std::string_view name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    if (name.empty() || name.size() > longest_name || !is_letter(name.front())) return false;
    return std::ranges::all_of(name,
                               [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

/// What the caller holds, once it is known to be one who may work on roles.
result<rights> reach_of(const environment& env, reading& from, const caller& by) {
    if (!by.user) return access::everything(env);
    const auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    if (auto may = who->require(permission::roles_manage); !may) return std::unexpected(may.error());
    return who->everywhere();
}

result<void> check_reach(const rights& reach, std::span<const std::string> names) {
    if (reach.cover(names)) return {};
    return failure(fault::forbidden, "role_too_high", "This role holds permissions that you do not hold.",
                   "permissions");
}

/// Each once, in their order; none that nobody declares, but for those of `before`.
result<std::vector<std::string>> checked(const environment& env, const std::vector<std::string>& names,
                                         const std::vector<std::string>& before) {
    std::vector<std::string> all;
    for (const auto& one : names) {
        const bool stays = std::ranges::find(before, one) != before.end();
        if (!stays && !env.permissions.find(one))
            return invalid("permission_unknown", "There is no such permission; permissions.list names them.",
                           "permissions");
        if (std::ranges::find(all, one) == all.end()) all.push_back(one);
    }
    return all;
}

result<std::string> checked_sentence(const std::string& sentence) {
    if (auto fits = check_line(sentence, sentence_limits); !fits) return std::unexpected(fits.error());
    return std::string(trim(sentence));
}

result<custom_role> own_role(const environment& env, reading& from, const std::string& name) {
    if (env.permissions.find_role(name) != nullptr)
        return failure(fault::conflict, "role_fixed", "This role comes with Parley and stays as it is.", "role");
    const auto found = from.find_custom_role(name);
    if (!found) return no_such("role");
    return *found;
}

/// Of `all` those that are not in `others`.
boost::json::array without(const std::vector<std::string>& all, const std::vector<std::string>& others) {
    boost::json::array left;
    for (const auto& one : all)
        if (std::ranges::find(others, one) == others.end()) left.emplace_back(one);
    return left;
}

/// Whoever is in a conversation that was deleted has nothing there any more.
std::vector<member> living(writing& w, std::vector<member> all) {
    std::erase_if(all, [&](const member& one) { return !w.find_conversation(rows(), one.conversation); });
    return all;
}

void tell_holders(const environment& env, writing& w, const custom_role& role, moment now) {
    const auto names = env.permissions.names_of(env.permissions.known(role.permissions));
    for (const auto id : w.users_of_role(role.name))
        if (const auto one = w.find_user(id)) w.append(events::rights_updated(*one, names, now));
    for (const auto& one : living(w, w.members_granted(rows(), role.name)))
        w.append(events::rights_updated(one, names, now));
}

struct holders {
    std::vector<user_id> users;
    std::vector<member> members;
};

void replace(const environment& env, writing& w, const holders& of, const std::string& with, moment now) {
    const auto names = env.permissions.names_of(access::granted_by(env, w, with));
    for (const auto id : of.users) {
        auto one = w.find_user(id);
        if (!one) continue;
        one->role = with;
        one->updated_at = now;
        w.update(*one);
        w.append(events::rights_updated(*one, names, now));
    }
    for (auto one : of.members) {
        one.granted_role = with;
        w.update(rows(), one);
        if (!w.find_conversation(rows(), one.conversation)) continue;
        if (auto who = w.find_user(one.user)) w.append(events::member_updated({one, std::move(*who)}, now));
        w.append(events::rights_updated(one, names, now));
    }
}

/// Whether the caller may give the holders of a role that one instead.
result<void> may_replace(const environment& env, writing& w, const caller& by, const rights& reach, const holders& of,
                         const std::string& with) {
    if (auto may = access::may_give(env, w, reach, with); !may) return may;
    if (by.user && !of.users.empty()) return reach.require(permission::users_manage);
    return {};
}

}  // namespace

result<std::vector<custom_role>> list_roles(const environment& env, reading& from, const caller& by) {
    if (by.user)
        if (const auto who = access::authorise(env, from, by); !who) return std::unexpected(who.error());
    return from.custom_roles();
}

result<custom_role> create_role(const environment& env, writing& w, const caller& by,
                                const create_role_command& command) {
    const auto reach = reach_of(env, w, by);
    if (!reach) return std::unexpected(reach.error());
    if (!is_role_name(command.name))
        return invalid("role_name_invalid",
                       "A role's name is 1 to 32 of the letters a to z, digits, '_' and '-', and begins with a letter.",
                       "name");
    if (env.permissions.find_role(command.name) != nullptr)
        return failure(fault::conflict, "role_fixed", "A role of this name comes with Parley.", "name");
    if (w.find_custom_role(command.name))
        return failure(fault::conflict, "role_taken", "There is a role of this name already.", "name");
    if (w.custom_roles().size() >= most_custom_roles)
        return failure(fault::conflict, "roles_full", fmt::format("A tenant has at most {} roles.", most_custom_roles));
    auto sentence = checked_sentence(command.sentence);
    if (!sentence) return std::unexpected(sentence.error());
    auto permissions = checked(env, command.permissions, {});
    if (!permissions) return std::unexpected(permissions.error());
    if (auto may = check_reach(*reach, *permissions); !may) return std::unexpected(may.error());
    const auto now = env.time.now();
    custom_role made{.id = env.ids.next<role_id>(),
                     .tenant = w.tenant(),
                     .name = command.name,
                     .sentence = std::move(*sentence),
                     .permissions = std::move(*permissions),
                     .created_at = now,
                     .updated_at = now};
    w.insert(made);
    record(env, w, by,
           {.action = "role.created",
            .subject_kind = "role",
            .subject = made.id.value,
            .details = {{"name", made.name}, {"permissions", without(made.permissions, {})}}});
    return made;
}

result<custom_role> change_role(const environment& env, writing& w, const caller& by,
                                const change_role_command& command) {
    const auto reach = reach_of(env, w, by);
    if (!reach) return std::unexpected(reach.error());
    const auto before = own_role(env, w, command.name);
    if (!before) return before;
    const auto old = before->permissions;
    auto changed = *before;
    if (command.sentence) {
        auto sentence = checked_sentence(*command.sentence);
        if (!sentence) return std::unexpected(sentence.error());
        changed.sentence = std::move(*sentence);
    }
    if (command.permissions) {
        auto permissions = checked(env, *command.permissions, old);
        if (!permissions) return std::unexpected(permissions.error());
        changed.permissions = std::move(*permissions);
    }
    for (const auto& names : {old, changed.permissions})
        if (auto may = check_reach(*reach, names); !may) return std::unexpected(may.error());
    const auto now = env.time.now();
    changed.updated_at = now;
    w.update(changed);
    if (env.permissions.known(old) != env.permissions.known(changed.permissions)) tell_holders(env, w, changed, now);
    record(env, w, by,
           {.action = "role.redefined",
            .subject_kind = "role",
            .subject = changed.id.value,
            .details = {{"name", changed.name},
                        {"added", without(changed.permissions, old)},
                        {"removed", without(old, changed.permissions)}}});
    return changed;
}

result<void> delete_role(const environment& env, writing& w, const caller& by, const std::string& name,
                         const std::optional<std::string>& replace_with) {
    const auto reach = reach_of(env, w, by);
    if (!reach) return std::unexpected(reach.error());
    const auto role = own_role(env, w, name);
    if (!role) return std::unexpected(role.error());
    if (auto may = check_reach(*reach, role->permissions); !may) return may;
    const holders of{.users = w.users_of_role(name), .members = w.members_granted(rows(), name)};
    const auto used = of.users.size() + of.members.size();
    if (used > 0 && !replace_with)
        return failure(fault::conflict, "role_in_use",
                       fmt::format("{} accounts have this role, and {} members have it in one conversation; say what "
                                   "they get instead.",
                                   of.users.size(), of.members.size()),
                       "replace_with");
    if (replace_with && *replace_with == name)
        return invalid("role_unknown", "A role that goes cannot be what replaces it.", "replace_with");
    if (replace_with)
        if (auto may = may_replace(env, w, by, *reach, of, *replace_with); !may) return may;
    if (used > 0) replace(env, w, of, *replace_with, env.time.now());
    w.erase(*role);
    boost::json::object details{{"name", name}, {"accounts", of.users.size()}, {"grants", of.members.size()}};
    if (replace_with) details["replaced_with"] = *replace_with;
    record(
        env, w, by,
        {.action = "role.deleted", .subject_kind = "role", .subject = role->id.value, .details = std::move(details)});
    return {};
}

}  // namespace parley::kernel

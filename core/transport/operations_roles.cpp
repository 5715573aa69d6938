// Roles: the shipped ones, which are fixed, and the tenant's own.
#include "kernel/roles.hpp"

#include "transport/audited_refusal.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

using kernel::caller;
using kernel::environment;
using kernel::reading;
using kernel::writing;

constexpr std::int64_t role_bytes = 32;
constexpr std::int64_t sentence_bytes = 3200;
constexpr std::int64_t permissions_bytes = 16'384;

json::object present(const permission_catalogue& all, const role_info& role) {
    json::array granted;
    for (const auto name : all.names_of(role.granted)) granted.emplace_back(name);
    return {{"name", role.name},
            {"sentence", role.sentence},
            {"permissions", std::move(granted)},
            {"unknown_permissions", json::array{}},
            {"fixed", true}};
}

json::object present(const permission_catalogue& all, const custom_role& role) {
    json::array granted;
    json::array unknown;
    for (const auto& name : role.permissions) (all.find(name) ? granted : unknown).emplace_back(name);
    return {{"name", role.name},
            {"sentence", role.sentence},
            {"permissions", std::move(granted)},
            {"unknown_permissions", std::move(unknown)},
            {"fixed", false}};
}

result<answer> list(const environment& env, reading& from, const caller& by, const input&) {
    const auto own = kernel::list_roles(env, from, by);
    if (!own) return std::unexpected(own.error());
    json::array roles;
    for (const auto& one : env.permissions.shipped_roles()) roles.emplace_back(present(env.permissions, one));
    for (const auto& one : *own) roles.emplace_back(present(env.permissions, one));
    return answer{200, {{"roles", std::move(roles)}}};
}

result<answer> create(const environment& env, writing& w, const caller& by, const input& in) {
    const auto made = kernel::create_role(
        env, w, by,
        {.name = in.text("name"), .sentence = in.text("sentence"), .permissions = words_of(in.text("permissions"))});
    if (!made) return std::unexpected(made.error());
    return answer{201, present(env.permissions, *made)};
}

result<answer> change(const environment& env, writing& w, const caller& by, const input& in) {
    kernel::change_role_command command{
        .name = in.text("role"), .sentence = in.optional_text("sentence"), .permissions = {}};
    if (in.has("permissions")) command.permissions = words_of(in.text("permissions"));
    const auto changed = kernel::change_role(env, w, by, command);
    if (!changed) return std::unexpected(changed.error());
    return answer{200, present(env.permissions, *changed)};
}

result<answer> remove(const environment& env, writing& w, const caller& by, const input& in) {
    const auto done = kernel::delete_role(env, w, by, in.text("role"), in.optional_text("replace_with"));
    if (!done) return std::unexpected(done.error());
    return answer{};
}

field which() {
    auto role = required(text_field("role", role_bytes, "The role's name."));
    role.in = place::path;
    return role;
}

}  // namespace

std::vector<operation> role_operations() {
    const auto sentence = text_field("sentence", sentence_bytes, "What it is for, at most 200 characters.");
    const auto permissions = text_field("permissions", permissions_bytes,
                                        "Names of permissions with a space between, as permissions.list tells them.");
    return {
        {.name = "role.list",
         .method = "GET",
         .path = "/api/v1/roles",
         .group = "roles",
         .sentence = "The shipped roles, which are fixed, and the tenant's own.",
         .fields = {},
         .answers = "RoleList",
         .problems = {},
         .run = reads(list)},
        {.name = "role.create",
         .method = "POST",
         .path = "/api/v1/roles",
         .group = "roles",
         .sentence = "Makes a role that grants no more than the caller holds. Takes the permission roles.manage.",
         .success = 201,
         .fields = {required(text_field("name", role_bytes,
                                        "1 to 32 of a-z, 0-9, dash and underscore, the first a letter.")),
                    sentence, required(permissions)},
         .answers = "RoleEntry",
         .problems = {403, 409},
         .run = guarded("role.create", "", create)},
        {.name = "role.change",
         .method = "PATCH",
         .path = "/api/v1/roles/{role}",
         .group = "roles",
         .sentence = "Changes what is given; who has the role gets rights.updated. Takes the permission roles.manage, "
                     "and all that the role grants before and after.",
         .fields = {which(), sentence, permissions},
         .answers = "RoleEntry",
         .problems = {403, 409},
         .run = guarded("role.change", "", change)},
        {.name = "role.delete",
         .method = "DELETE",
         .path = "/api/v1/roles/{role}",
         .group = "roles",
         .sentence = "Takes a role away; while somebody has it, only with one to have instead. Takes the permission "
                     "roles.manage, and users.manage where accounts have it.",
         .fields = {which(), in_query(text_field("replace_with", role_bytes,
                                                 "The role that whoever has this one gets instead."))},
         .problems = {403, 409},
         .run = guarded("role.delete", "", remove)},
    };
}

}  // namespace parley::transport

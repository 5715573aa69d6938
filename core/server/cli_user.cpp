// parley user: accounts, by the operator and without anybody's password but a new one.
#include <fmt/format.h>

#include <istream>
#include <ostream>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "kernel/accounts.hpp"
#include "server/cli_commands.hpp"
#include "server/table.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

/// The hash of the first line of standard input, or an empty one where no password is wanted.
result<std::string> new_password_hash(const command_context& with, password_source from) {
    if (from == password_source::none) return std::string();
    std::string line;
    std::getline(with.in, line);
    if (line.ends_with('\r')) line.pop_back();
    return hash_password(line);
}

result<user> find_user(workspace& in, const kernel::caller& system, const std::string& name) {
    // As it is stored; what cannot be a name is looked for as it is, and not found.
    const auto stored = parse_username(name).value_or(name);
    return in.read(system, [stored](kernel::reading& from) -> result<user> {
        auto found = from.find_user(stored);
        if (!found) return failure(fault::not_found, "no_user", "There is no user " + stored + ".");
        return std::move(*found);
    });
}

/// Changes the account as `command` says, and says that the user `done`.
outcome change(const command_context& with, const user_options& who, kernel::change_account_command command,
               std::string_view done) {
    auto opened = open_workspace(with, who.tenant);
    if (!opened) return opened.error();
    const auto found = find_user(*opened->in, opened->system, who.name);
    if (!found) return with.fail(found.error());
    command.user = found->id;
    const auto changed = opened->in->write(opened->system, [&](kernel::writing& to) {
        return kernel::change_account(opened->in->env(), to, opened->system, command);
    });
    if (!changed) return with.fail(changed.error());
    with.out << fmt::format("User {} {}.\n", changed->username, done);
    return outcome::done;
}

std::string state_of(const user& one) {
    if (one.disabled_at) return "disabled";
    return one.password_hash.empty() ? "active, no password" : "active";
}

}  // namespace

outcome user_create(const command_context& with, const user_options& options) {
    auto opened = open_workspace(with, options.tenant);
    if (!opened) return opened.error();
    auto hash = new_password_hash(with, options.password);
    if (!hash) return with.fail(hash.error());
    const kernel::create_user_command command{.username = options.name,
                                              .display_name = options.display_name,
                                              .role = options.role,
                                              .password_hash = std::move(*hash),
                                              .kind = options.kind};
    const auto made = opened->in->write(opened->system, [&](kernel::writing& to) {
        return kernel::create_user(opened->in->env(), to, opened->system, command);
    });
    if (!made) return with.fail(made.error());
    with.out << fmt::format("User {} is made, with the role {}.\n", made->username, made->role);
    return outcome::done;
}

outcome user_list(const command_context& with, const std::string& tenant) {
    constexpr int page = 500;
    auto opened = open_workspace(with, tenant);
    if (!opened) return opened.error();
    table rows({"id", "username", "display_name", "role", "state", "created_at"});
    for (std::string after;;) {
        const auto some = opened->in->read(opened->system, [after](kernel::reading& from) {
            return result<std::vector<user>>(from.list_users({}, after, page));
        });
        if (!some) return with.fail(some.error());
        for (const auto& one : *some)
            rows.add({one.id.text(), one.username, one.display_name, one.role, state_of(one), rfc3339(one.created_at)});
        if (some->size() < static_cast<std::size_t>(page)) break;
        after = some->back().username;
    }
    rows.print(with);
    return outcome::done;
}

outcome user_disable(const command_context& with, const user_options& who) {
    return change(with, who, {.disabled = true}, "is disabled");
}

outcome user_enable(const command_context& with, const user_options& who) {
    return change(with, who, {.disabled = false}, "is enabled");
}

outcome user_role(const command_context& with, const user_options& who) {
    return change(with, who, {.role = who.role}, fmt::format("now has the role {}", who.role));
}

outcome user_password(const command_context& with, const user_options& who) {
    auto hash = new_password_hash(with, who.password);
    if (!hash) return with.fail(hash.error());
    const auto* done = who.password == password_source::none ? "has no password now" : "has a new password";
    return change(with, who, {.password_hash = std::move(*hash)}, done);
}

}  // namespace parley::server

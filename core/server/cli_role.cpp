// parley role: a tenant's own roles, by the operator.
#include <fmt/format.h>

#include <ostream>

#include "kernel/roles.hpp"
#include "server/cli_commands.hpp"
#include "server/table.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

template <class Names>
std::string joined(const Names& names) {
    std::string text;
    for (const auto& one : names) text.append(text.empty() ? "" : " ").append(one);
    return text;
}

}  // namespace

outcome role_list(const command_context& with, const role_options& options) {
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const auto& env = work->in->env();
    const auto own = work->in->read(work->system,
                                    [&](kernel::reading& from) { return kernel::list_roles(env, from, work->system); });
    if (!own) return with.fail(own.error());
    table rows({"name", "kind", "sentence", "permissions"});
    for (const auto& one : env.permissions.shipped_roles())
        rows.add({one.name, "shipped", one.sentence, joined(env.permissions.names_of(one.granted))});
    for (const auto& one : *own) rows.add({one.name, "own", one.sentence, joined(one.permissions)});
    rows.print(with);
    return outcome::done;
}

outcome role_create(const command_context& with, const role_options& options) {
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const kernel::create_role_command command{.name = options.name,
                                              .sentence = options.sentence.value_or(""),
                                              .permissions = options.permissions.value_or(std::vector<std::string>{})};
    const auto made = work->in->write(work->system, [&](kernel::writing& to) {
        return kernel::create_role(work->in->env(), to, work->system, command);
    });
    if (!made) return with.fail(made.error());
    with.out << fmt::format("Role {} is made.\n", made->name);
    return outcome::done;
}

outcome role_change(const command_context& with, const role_options& options) {
    if (!options.sentence && !options.permissions)
        return with.misuse("Nothing is to be changed: give --sentence, --permissions or both.");
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const kernel::change_role_command command{
        .name = options.name, .sentence = options.sentence, .permissions = options.permissions};
    const auto changed = work->in->write(work->system, [&](kernel::writing& to) {
        return kernel::change_role(work->in->env(), to, work->system, command);
    });
    if (!changed) return with.fail(changed.error());
    with.out << fmt::format("Role {} is changed.\n", changed->name);
    return outcome::done;
}

outcome role_delete(const command_context& with, const role_options& options) {
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const auto done = work->in->write(work->system, [&](kernel::writing& to) {
        return kernel::delete_role(work->in->env(), to, work->system, options.name, options.replace_with);
    });
    if (!done) return with.fail(done.error());
    with.out << fmt::format("Role {} is deleted.\n", options.name);
    return outcome::done;
}

}  // namespace parley::server

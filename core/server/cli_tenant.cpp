// parley tenant: the organisations on this server.
#include <fmt/format.h>

#include <ostream>

#include "config/checks.hpp"
#include "server/cli_commands.hpp"
#include "server/table.hpp"
#include "server/workspace.hpp"

namespace parley::server {

outcome tenant_create(const command_context& with, const std::string& name) {
    if (!config::is_name(name))
        return with.misuse(
            "A tenant's name is up to 63 of a to z, 0 to 9, _ and -, and begins with a letter or a digit.");
    auto opened = open_workspace(with);
    if (!opened) return opened.error();
    const auto& work = **opened;
    const bool has_file = work.configured().tenants.contains(name);
    const auto made = (*opened)->create_tenant(name);
    if (!made) return with.fail(made.error());
    with.out << fmt::format("Tenant {} is made.\n", name);
    if (!has_file)
        with.hint(fmt::format("It has no file tenants/{}.yaml, so the server's defaults hold for it.", name));
    return outcome::done;
}

outcome tenant_list(const command_context& with) {
    auto opened = open_workspace(with);
    if (!opened) return opened.error();
    const auto all = look_up_now((*opened)->store(),
                                 [](kernel::directory& from) { return result<std::vector<tenant>>(from.tenants()); });
    if (!all) return with.fail(all.error());
    table rows({"id", "name", "created_at", "file", "open"});
    for (const auto& one : *all) {
        const bool has_file = (*opened)->configured().tenants.contains(one.name);
        const bool is_open = (*opened)->configured().tenant(one.name).enabled;
        rows.add({one.id.text(), one.name, rfc3339(one.created_at), has_file ? "yes" : "no", is_open ? "yes" : "no"},
                 {{"id", one.id.text()},
                  {"name", one.name},
                  {"created_at", rfc3339(one.created_at)},
                  {"file", has_file},
                  {"enabled", is_open}});
    }
    rows.print(with);
    return outcome::done;
}

}  // namespace parley::server

// A bot by its name.
#include "kernel/plugin_account.hpp"

#include <fmt/format.h>

#include "kernel/accounts.hpp"

namespace parley::kernel {

result<user> plugin_account(const environment& env, writing& w, std::string_view plugin) {
    const auto name = fmt::format("{}-bot", plugin.substr(0, 28));
    if (auto found = w.find_user(name)) {
        if (found->kind == user_kind::bot) return std::move(*found);
        return failure(
            fault::conflict, "plugin_name_taken",
            fmt::format("The plugin {} needs a bot called {}, and somebody else is called so.", plugin, name));
    }
    const caller system{.tenant = w.tenant(), .tenant_name = {}, .user = {}, .request_id = {}};
    return create_user(env, w, system,
                       {.username = name,
                        .display_name = std::string(plugin),
                        .role = "guest",
                        .password_hash = {},
                        .kind = user_kind::bot});
}

}  // namespace parley::kernel

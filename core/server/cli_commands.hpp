// The commands of `parley`, one function each; command_line.cpp reads what was typed and calls them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/user.hpp"
#include "server/command.hpp"

namespace parley::server {

// cli_migrate.cpp
[[nodiscard]] outcome migrate_up(const command_context&);
[[nodiscard]] outcome migrate_down(const command_context&, int to);
[[nodiscard]] outcome migrate_status(const command_context&);
[[nodiscard]] outcome migrate_show(const command_context&, int version);

// cli_config.cpp
[[nodiscard]] outcome config_check(const command_context&);
/// `path` may be a setting, a section, or empty for all of the scope.
[[nodiscard]] outcome config_explain(const command_context&, const std::string& scope, const std::string& path);
[[nodiscard]] outcome config_reference(const command_context&);

// cli_reload.cpp
/// From `against` to the files: "running" is what the running server has loaded, else it names another configuration.
[[nodiscard]] outcome config_plan(const command_context&, const std::string& against);
[[nodiscard]] outcome config_reload(const command_context&);

// cli_tenant.cpp
[[nodiscard]] outcome tenant_create(const command_context&, const std::string& name);
[[nodiscard]] outcome tenant_list(const command_context&);

// cli_user.cpp
enum class password_source : std::uint8_t { none = 1, standard_input };

struct user_options {
    std::string tenant;
    std::string name;
    std::string display_name;
    std::string role = "member";
    password_source password = password_source::none;
    user_kind kind = user_kind::person;
};
[[nodiscard]] outcome user_create(const command_context&, const user_options&);
[[nodiscard]] outcome user_list(const command_context&, const std::string& tenant);
[[nodiscard]] outcome user_disable(const command_context&, const user_options&);
[[nodiscard]] outcome user_enable(const command_context&, const user_options&);
[[nodiscard]] outcome user_role(const command_context&, const user_options&);
[[nodiscard]] outcome user_password(const command_context&, const user_options&);

// cli_role.cpp
struct role_options {
    std::string tenant;
    std::string name;
    std::optional<std::string> sentence;
    std::optional<std::vector<std::string>> permissions;
    std::optional<std::string> replace_with;
};
[[nodiscard]] outcome role_list(const command_context&, const role_options&);
[[nodiscard]] outcome role_create(const command_context&, const role_options&);
/// What is given is changed.
[[nodiscard]] outcome role_change(const command_context&, const role_options&);
[[nodiscard]] outcome role_delete(const command_context&, const role_options&);

// cli_token.cpp
struct token_options {
    std::string tenant;
    std::string user;
    std::string name;
    std::optional<int> days;  ///< nothing: as long as the tenant's settings say
    std::string id;
    std::optional<std::vector<std::string>> permissions;  ///< nothing: all that the role gives
};
[[nodiscard]] outcome token_create(const command_context&, const token_options&);
[[nodiscard]] outcome token_list(const command_context&, const token_options&);
[[nodiscard]] outcome token_revoke(const command_context&, const token_options&);

// cli_plugin.cpp
struct plugin_place {
    std::string tenant;
    std::string model;  ///< empty: the whole tenant
};
[[nodiscard]] outcome plugin_list(const command_context&);
/// By its id or its file; nothing of it is run.
[[nodiscard]] outcome plugin_describe(const command_context&, const std::string& name);
/// Says which lines to write where.
[[nodiscard]] outcome plugin_enable(const command_context&, const std::string& id, const plugin_place&);
[[nodiscard]] outcome plugin_disable(const command_context&, const std::string& id, const plugin_place&);
[[nodiscard]] outcome hooks_show(const command_context&, const plugin_place&);

// cli_plugin_remove.cpp
enum class rows_fate : std::uint8_t { kept = 1, archived, purged };
enum class confirmation : std::uint8_t { asked_for = 1, given };
/// Says what will become of everything that a plugin left, and then does it.
[[nodiscard]] outcome plugin_remove(const command_context&, const std::string& id, rows_fate, confirmation);

// cli_plugin_check.cpp
[[nodiscard]] outcome plugin_check(const command_context&, const std::string& file);

// cli_files.cpp
struct files_options {
    std::string tenant;  ///< empty: all that have files
    bool repair = false;
    bool deep = false;  ///< reads every file through
    std::string to{};   ///< "local", "s3"
};
/// A command that a plugin lets the operator run, in the running server; prints its answer.
[[nodiscard]] outcome plugin_call(const command_context&, const std::string& command, const std::string& tenant,
                                  const std::string& input);
/// `failed` when something does not agree and was not repaired.
[[nodiscard]] outcome files_verify(const command_context&, const files_options&);
/// Asks until everything is there; may be interrupted and begun again.
[[nodiscard]] outcome files_move(const command_context&, const files_options&);

// cli_plugin_new.cpp
/// `folder` must not be there yet; empty: the name, here.
[[nodiscard]] outcome plugin_new(const command_context&, const std::string& name, const std::string& folder);

// cli_doctor.cpp
[[nodiscard]] outcome doctor(const command_context&);

}  // namespace parley::server

// An open database with everything the use cases need, for one command.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "config/configuration.hpp"
#include "kernel/environment.hpp"
#include "model/user.hpp"
#include "server/command.hpp"
#include "server/config_settings.hpp"
#include "server/wait_for_store.hpp"
#include "storage/store.hpp"

namespace parley::server {

/// The node number that the command line makes ids with, so that they differ from a running server's.
inline constexpr unsigned command_line_node = 1023;

/// A configuration without any fault; otherwise every problem has been said on `err`.
[[nodiscard]] std::expected<std::shared_ptr<const config::configuration>, outcome> load_configuration(
    const command_context&);

/// Works beside a running server. Used from one thread.
class workspace {
public:
    /// Errors: those of open_current_database() and open_store().
    [[nodiscard]] static result<std::unique_ptr<workspace>> open(std::shared_ptr<const config::configuration>,
                                                                 const std::filesystem::path& migrations);

    /// The system in that tenant. Error: no_tenant (not_found).
    [[nodiscard]] result<kernel::caller> system_in(std::string_view tenant_name);

    /// A new tenant. Closes the workspace: afterwards nothing more can be done in it. Error: tenant_exists (conflict).
    [[nodiscard]] result<tenant> create_tenant(std::string name);

    [[nodiscard]] const kernel::environment& env() const { return env_; }
    [[nodiscard]] storage::sql_store& store() { return *store_; }
    [[nodiscard]] const config::configuration& configured() const { return *config_; }

    /// Runs a use case that reads: result<...>(kernel::reading&).
    template <class Work>
    [[nodiscard]] auto read(const kernel::caller& by, Work work) {
        return read_now(*store_, by.tenant, std::move(work));
    }
    /// Runs a use case that writes: result<...>(kernel::writing&).
    template <class Work>
    [[nodiscard]] auto write(const kernel::caller& by, Work work) {
        return write_now(*store_, by.tenant, std::move(work));
    }

private:
    workspace(std::shared_ptr<const config::configuration>, std::unique_ptr<storage::sql_store>, std::int64_t floor);

    std::shared_ptr<const config::configuration> config_;
    std::unique_ptr<storage::sql_store> store_;
    system_clock time_;
    config_settings settings_;
    kernel::kind_registry kinds_;
    permission_catalogue permissions_;
    id_source ids_;
    kernel::environment env_;
};

/// A command's workspace and the tenant it works in; what is wrong has been said.
struct tenant_workspace {
    std::unique_ptr<workspace> in;
    kernel::caller system;
};
[[nodiscard]] std::expected<std::unique_ptr<workspace>, outcome> open_workspace(const command_context&);
[[nodiscard]] std::expected<tenant_workspace, outcome> open_workspace(const command_context&,
                                                                      const std::string& tenant_name);

}  // namespace parley::server

// The plugins of a running server, and the strings from them to everything else.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "kernel/audit.hpp"
#include "kernel/environment.hpp"
#include "metrics/exposition.hpp"
#include "plugins/plugins.hpp"
#include "server/plugin_state.hpp"
#include "server/reload.hpp"
#include "transport/api_calls.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::server {

/// What of the server plugins reach; all of it outlives them.
struct plugin_surroundings {
    const clock& time;
    id_source& ids;
    kernel::store& store;
    const permission_catalogue& permissions;
    storage::database_options database{};  ///< the server's own
    std::filesystem::path data{};          ///< its folder
};

class plugin_host {
public:
    /// Loads what the configuration names and puts its choices into force; or everything that is wrong.
    [[nodiscard]] static std::expected<std::unique_ptr<plugin_host>, std::vector<error>> load(
        const config::configuration&, const plugin_surroundings&);

    [[nodiscard]] kernel::judges& judges() { return all_->judges(); }
    /// Puts the permissions that plugins declare beside the kernel's, with the shipped roles that have them; every
    /// problem of theirs. Before offer().
    [[nodiscard]] std::vector<error> declare(permission_catalogue&);
    /// Puts the kinds of conversation that plugins have beside the kernel's; every problem of theirs. After declare().
    [[nodiscard]] std::vector<error> declare(kernel::kind_registry&);
    /// Puts commands and events into the catalogue; every problem of theirs.
    [[nodiscard]] std::vector<error> offer(transport::operation_catalogue&);
    /// When everything else is there.
    void start(const kernel::environment&, transport::services&);
    /// After the wire and before the store.
    void stop();

    /// What the operator asks for: {"tenant", "command", "input"}, a command that its plugin says he may run. Errors:
    /// not_here (not_found), and the plugin's. Any thread.
    void operate(const boost::json::object& asked, std::move_only_function<void(result<boost::json::object>)>);

    /// What puts the choices of the next configuration into force, and other files in the place of loaded plugins; or
    /// why that cannot be.
    [[nodiscard]] result<reloader::following> follow(const config::configuration& next, reloader::intent);

    /// What is not as it should be, a sentence each.
    [[nodiscard]] std::vector<std::string> trouble() const { return all_->trouble(); }
    void measure(metrics::exposition& to) const;
    [[nodiscard]] plugins::plugins& all() { return *all_; }
    /// What hears committed events for plugins.
    [[nodiscard]] kernel::event_sink& hearing() { return state_; }
    /// As plugin_state's.
    void lead(bool does) { state_.lead(does); }

private:
    explicit plugin_host(const plugin_surroundings& near)
        : near_(near), state_(near.database, near.data, near.time, near.store) {}
    void decide(plugins::hold_end, std::move_only_function<void(result<void>)>);
    void audit(plugins::audit_line, std::move_only_function<void(result<void>)>);
    void replace(tenant_id, kernel::data_replacement, std::move_only_function<void(result<void>)>);
    void meet_tenants();

    plugin_surroundings near_;
    const kernel::environment* env_ = nullptr;
    kernel::audit_pace* pace_ = nullptr;
    std::optional<transport::api_calls> api_;
    plugin_state state_;
    std::unique_ptr<plugins::plugins> all_;
};

}  // namespace parley::server

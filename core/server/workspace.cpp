// An open database with everything the use cases need, for one command.
#include "server/workspace.hpp"

#include <fmt/format.h>

#include <ostream>

#include "base/text.hpp"
#include "server/open_database.hpp"
#include "server/plugin_sections.hpp"

namespace parley::server {
namespace {

/// Nobody listens at the command line: a running server reads the log by itself.
class nobody final : public kernel::event_sink {
    void committed(tenant_id, std::span<const std::shared_ptr<const event>>) override {}
};

storage::store_options small_store(const config::configuration& of) {
    auto options = store_options_of(of.server);
    options.readers = 1;
    options.watch_interval = std::chrono::milliseconds{0};
    return options;
}

}  // namespace

std::expected<std::shared_ptr<const config::configuration>, outcome> load_configuration(const command_context& with) {
    auto loaded = load_with_plugins(with.config, with.variables);
    if (loaded) return std::move(*loaded);
    for (const auto& one : loaded.error()) with.err << one.text() << '\n';
    return std::unexpected(outcome::unusable);
}

result<std::unique_ptr<workspace>> workspace::open(std::shared_ptr<const config::configuration> from,
                                                   const std::filesystem::path& migrations) {
    static nobody listener;
    const system_clock time;
    auto database = open_current_database(from->server, migrations, migration_choice::refuse, time);
    if (!database) return std::unexpected(database.error());
    auto store = storage::open_store(std::move(*database), small_store(*from), listener);
    if (!store) return std::unexpected(store.error());
    const auto floor = (*store)->highest_id();
    if (!floor) return std::unexpected(floor.error());
    return std::unique_ptr<workspace>(new workspace(std::move(from), std::move(*store), *floor));
}

workspace::workspace(std::shared_ptr<const config::configuration> from, std::unique_ptr<storage::sql_store> store,
                     std::int64_t floor)
    : config_(std::move(from)),
      store_(std::move(store)),
      settings_(config_),
      ids_(time_, command_line_node, floor),
      env_{.time = time_, .ids = ids_, .settings = settings_, .kinds = kinds_, .permissions = permissions_} {}

result<kernel::caller> workspace::system_in(std::string_view tenant_name) {
    const std::string name(tenant_name);
    return look_up_now(*store_, [name](kernel::directory& all) -> result<kernel::caller> {
        const auto found = all.find_tenant(name);
        if (!found)
            return failure(fault::not_found, "no_tenant",
                           fmt::format("There is no tenant {}; `parley tenant create` makes one.", name));
        return kernel::caller{.tenant = found->id, .tenant_name = found->name, .user = {}, .request_id = {}};
    });
}

result<tenant> workspace::create_tenant(std::string name) {
    const tenant made{.id = ids_.next<tenant_id>(), .name = std::move(name), .created_at = time_.now()};
    const auto problem = std::make_shared<std::optional<error>>();
    store_->with_directory(
        [problem, made](kernel::directory& all) {
            const auto found = all.find_tenant(made.name);
            if (!found) return all.insert(made);
            // A run that starts again finds what the run before has kept.
            if (found->id != made.id)
                *problem = {fault::conflict, "tenant_exists", "There is a tenant of this name already.", "name"};
        },
        [problem](error why) { *problem = std::move(why); });
    // What was inserted is committed after `run`; only the end of the store tells when.
    store_->stop();
    if (*problem) return std::unexpected(std::move(**problem));
    return made;
}

std::expected<std::unique_ptr<workspace>, outcome> open_workspace(const command_context& with) {
    auto configured = load_configuration(with);
    if (!configured) return std::unexpected(configured.error());
    auto opened = workspace::open(std::move(*configured), with.migrations);
    if (!opened) return std::unexpected(with.fail(opened.error()));
    return std::move(*opened);
}

std::expected<tenant_workspace, outcome> open_workspace(const command_context& with, const std::string& tenant_name) {
    auto opened = open_workspace(with);
    if (!opened) return std::unexpected(opened.error());
    auto system = (*opened)->system_in(tenant_name);
    if (!system) return std::unexpected(with.fail(system.error()));
    return tenant_workspace{std::move(*opened), std::move(*system)};
}

}  // namespace parley::server

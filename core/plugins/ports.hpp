// What the host of plugins needs from the rest of the server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "kernel/offered_command.hpp"
#include "kernel/replace_in_data.hpp"
#include "model/permission.hpp"
#include "plugins/bindings.hpp"
#include "plugins/manifest.hpp"

namespace parley::plugins {

/// Where a plugin keeps its rows, as parley_database says it.
struct database_place {
    enum class kind : std::uint8_t { sqlite = 1, postgresql };
    kind of = kind::sqlite;
    std::string where;
    std::string schema;
};

/// The databases of plugins.
class plugin_store {
public:
    virtual ~plugin_store() = default;
    /// Makes the database where there is none and runs the plugin's migrations; before setup, on the setup thread.
    [[nodiscard]] virtual result<database_place> open(const embedded&) = 0;
    /// Runs the migrations that another version of a plugin brings, while the one that has it open works on. On the
    /// thread that reloads.
    [[nodiscard]] virtual result<void> upgrade(const embedded&) = 0;
    /// The plugin says that there are new rows in its outbox. Any thread; must not wait.
    virtual void committed(std::string_view plugin) = 0;
};

/// Work that is to be done later.
class job_store {
public:
    virtual ~job_store() = default;
    struct request {
        std::string plugin;
        std::string job;  ///< one of its manifest
        tenant_id tenant;
        std::string key;  ///< empty: none
        moment at;
        std::string input;  ///< a JSON object
    };
    /// Calls back exactly once, on any thread, when it is stored.
    virtual void schedule(request, std::move_only_function<void(result<void>)>) = 0;
};

/// The end of a plugin's own hold.
struct hold_end {
    enum class verdict : std::uint8_t { pass = 1, reject };
    std::string plugin;
    tenant_id tenant;
    message_id message;
    verdict says = verdict::pass;
    std::string reason;  ///< of a rejection
};

/// A line that a plugin writes into its tenant's audit log.
struct audit_line {
    kernel::caller by;         ///< on whose behalf; nobody: the plugin by itself
    std::string action;        ///< "share_links.created": the plugin's id stands before the point
    std::string subject_kind;  ///< empty: there is none
    std::int64_t subject = 0;
    boost::json::object details;
    /// Of what strangers could cause without end: no more than one line a minute for each key; empty: all of them.
    std::string once_a_minute;
};

/// All must outlive the plugins; those that are functions may be called from any thread.
struct host_ports {
    const clock& time;
    id_source& ids;
    plugin_store* storage = nullptr;  ///< null: plugins with storage are refused
    job_store* jobs = nullptr;
    /// Of tenants that no call has come from yet; may be empty.
    std::function<std::optional<std::string>(tenant_id)> tenant_name;
    /// The folder for a plugin's files, made where there is none; empty: plugins with files are refused. Setup thread.
    std::function<result<std::filesystem::path>(std::string_view plugin)> files_folder;
    std::function<std::optional<permission>(std::string_view)> find_permission;  ///< the kernel's and all plugins'
    std::function<void(hold_end, std::move_only_function<void(result<void>)>)> decide;
    std::function<void(audit_line, std::move_only_function<void(result<void>)>)> audit;
    std::function<void(tenant_id, kernel::data_replacement, std::move_only_function<void(result<void>)>)> replace;
};

}  // namespace parley::plugins

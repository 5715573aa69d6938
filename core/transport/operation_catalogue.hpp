// All that clients can ask for: the kernel's operations, and the commands that plugins offer.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/offered_command.hpp"
#include "kernel/plugin_events.hpp"
#include "transport/operation.hpp"
#include "transport/route.hpp"

namespace parley::transport {

/// Filled before the server opens and never changed afterwards; then safe to use from any thread.
class operation_catalogue {
public:
    using permission_lookup = std::function<std::optional<permission>(std::string_view name)>;

    /// The kernel's own.
    operation_catalogue();
    operation_catalogue(const operation_catalogue&) = delete;

    /// Makes an operation of it, of the group that is called like the plugin: the input is checked, and its permission,
    /// before the plugin hears of a call; where it is off in a tenant, it is like one that never was. Called at start
    /// only. Errors, all `invalid` or `conflict` and naming plugin and command: command_name_invalid,
    /// command_path_invalid, command_field_invalid, command_taken, path_taken, permission_unknown.
    [[nodiscard]] result<void> add(kernel::offered_command, const permission_lookup&);
    /// Makes an event known to the documents. Called at start only. event_type_invalid, event_taken.
    [[nodiscard]] result<void> add(kernel::said_event_type);

    /// Kernel's first; addresses stay.
    [[nodiscard]] const std::deque<operation>& all() const { return all_; }
    /// By its WebSocket name; null when there is none.
    [[nodiscard]] const operation* find(std::string_view name) const;

    /// HEAD means GET. `not_found` when no route has this path, or a placeholder's value does not fit.
    [[nodiscard]] result<route_match> route(std::string_view method, std::string_view path) const;

    /// A path as logs may have it: in place of the secrets that are in paths of some commands, "***".
    [[nodiscard]] std::string without_secrets(std::string_view path) const;

    /// Whether any of them takes a body as it comes.
    [[nodiscard]] bool takes_streams() const { return takes_streams_; }

    /// What plugins say, for kernel::say_event.
    [[nodiscard]] const std::vector<kernel::said_event_type>& events() const { return events_; }
    /// Plugins that offer commands, in the order in which they came.
    [[nodiscard]] const std::vector<std::string>& plugins() const { return plugins_; }
    /// Plugins by their ids.
    using plugin_set = std::set<std::string, std::less<>>;
    /// Of the plugins that offer commands or say events, those that are on in this tenant; of no tenant: that are on
    /// where nothing else is said.
    [[nodiscard]] plugin_set plugins_on(std::string_view tenant_name) const;

    /// The schema of what an offered command answers, by the name under which its operation tells it.
    struct offered_schema {
        std::string plugin;
        std::string name;
        boost::json::object schema;
    };
    [[nodiscard]] const std::deque<offered_schema>& answers() const { return answers_; }

private:
    void enter(operation);
    [[nodiscard]] result<void> check_is_free(const kernel::offered_command&) const;
    [[nodiscard]] result<std::vector<field>> fields_of(const kernel::offered_command&);
    [[nodiscard]] std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
    [[nodiscard]] std::string_view keep_schema(const kernel::offered_command&);

    std::deque<operation> all_;
    std::unordered_map<std::string_view, const operation*> by_name_;
    route_table routes_;
    std::vector<kernel::said_event_type> events_;
    std::vector<std::string> plugins_;
    std::deque<offered_schema> answers_;
    bool takes_streams_ = false;
    std::set<std::string_view> before_secrets_;  ///< what stands in paths before a secret: "/share_links/to/"
    std::deque<std::string> texts_;              ///< what offered operations' views look at
};

}  // namespace parley::transport

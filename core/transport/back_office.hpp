// What administrators read of the server that runs their tenant, and what they change there; the server fills it in.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "kernel/environment.hpp"

namespace parley::transport {

/// What an administrator wants to be set.
struct settings_wish {
    std::string tenant;
    std::string model;            ///< empty: the tenant itself
    std::string revision;         ///< of what was looked at
    boost::json::object changes;  ///< settings by name; null takes one back
    boost::json::object plugins;  ///< switches by id: true, false, or null, which takes one back
    bool dry_run = false;
    kernel::caller by;
};
/// A SettingsChange. Called once, on any thread.
using settings_answer = std::move_only_function<void(result<boost::json::object>)>;

/// Shapes as the API documents have them. Safe to call from any thread; the caller has checked who asks.
class back_office {
public:
    virtual ~back_office() = default;

    /// A SettingsPage; an empty model is the tenant itself. Nothing that is secret is in it.
    [[nodiscard]] virtual result<boost::json::object> settings(std::string_view tenant, std::string_view model) = 0;
    /// Writes it down and puts it into force, or neither. Errors: model_unknown, setting_unknown, setting_invalid,
    /// setting_kept, plugin_unknown, settings_changed, settings_edited, plugin_refuses, settings_unwritable,
    /// configuration_unusable, settings_busy.
    virtual void change(settings_wish, settings_answer) = 0;
    /// A PluginList; an empty model is the tenant itself. Error: model_unknown.
    [[nodiscard]] virtual result<boost::json::object> plugins(std::string_view tenant, std::string_view model) = 0;
    /// The `configuration` of a ServerState.
    [[nodiscard]] virtual boost::json::object configuration() = 0;
};

}  // namespace parley::transport

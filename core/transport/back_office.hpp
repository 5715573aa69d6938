// What administrators read of the server that runs their tenant; the server fills it in.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/error.hpp"

namespace parley::transport {

/// Shapes as the API documents have them. Safe to call from any thread; the caller has checked who asks.
class back_office {
public:
    virtual ~back_office() = default;

    /// A SettingsPage; an empty model is the tenant itself. Nothing that is secret is in it.
    [[nodiscard]] virtual result<boost::json::object> settings(std::string_view tenant, std::string_view model) = 0;
    /// A PluginList.
    [[nodiscard]] virtual boost::json::object plugins(std::string_view tenant) = 0;
    /// The `configuration` of a ServerState.
    [[nodiscard]] virtual boost::json::object configuration() = 0;
};

}  // namespace parley::transport

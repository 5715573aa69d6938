// What a client is told about itself and about the limits it works under, in `hello` and in a snapshot alike.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>

#include "kernel/access.hpp"
#include "model/settings.hpp"
#include "transport/live.hpp"

namespace parley::transport {

/// The caller's own account, with its role and the permissions that gives it now.
[[nodiscard]] boost::json::object present_self(const kernel::actor&);

/// Limits that a client can keep to or show before the server has to refuse.
[[nodiscard]] boost::json::object present_limits(const tenant_settings&);

/// One user's presence.
[[nodiscard]] boost::json::object present(const live::seen_presence&);
[[nodiscard]] boost::json::array present(std::span<const live::seen_presence>);

}  // namespace parley::transport

// A reload as the tenants' audit logs tell of it: to each tenant what concerns it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>

#include "kernel/environment.hpp"
#include "server/reload.hpp"

namespace parley::server {

/// The changes that another value of a tenant's settings comes from: its own, and those of tenant_defaults that
/// `its_own` (the paths its file sets now) does not stand above. Secrets are not shown, nor where a secret comes from.
[[nodiscard]] boost::json::array changes_for(std::string_view tenant, const config::plan&,
                                             const config::listed_values& its_own);

/// Writes settings.changed into the audit log of each tenant that something changed for. After the reload and not in
/// one step with it: files are in no transaction. A store that cannot write says so in the log. Any thread.
void tell_tenants(kernel::store&, const kernel::environment&, const config::configuration& in_force,
                  const reload_outcome&, const reload_asker&);

/// Writes settings.changed into the audit log of the caller's tenant, for a change of its alone, and goes on whether
/// that went well or not; what went wrong is in the log. Any thread.
void tell_tenant(kernel::store&, const kernel::environment&, const kernel::caller& by, boost::json::array changes,
                 std::uint64_t generation, std::move_only_function<void()> then);

}  // namespace parley::server

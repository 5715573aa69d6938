// A role that a tenant made for itself.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley {

using role_id = id<struct role_tag>;

/// Shipped roles are no rows; see permission_catalogue.
struct custom_role {
    role_id id;
    tenant_id tenant;
    std::string name;                      ///< unique in the tenant; what accounts and members refer to
    std::string sentence;                  ///< what it is for, may be empty
    std::vector<std::string> permissions;  ///< names; one that nobody declares now is kept and grants nothing
    moment created_at;
    moment updated_at;
};

}  // namespace parley

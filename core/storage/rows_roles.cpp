// The tenant's own roles, and who has them.
#include <fmt/core.h>

#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

std::shared_ptr<const custom_role> rows::find_custom_role(std::string_view name) {
    using q = odb::query<custom_role_row>;
    auto found = load_one<custom_role_row>(db_, q::tenant == tenant_.value && q::name == std::string(name));
    return found ? std::make_shared<const custom_role>(std::move(*found)) : nullptr;
}

std::vector<custom_role> rows::custom_roles() {
    using q = odb::query<custom_role_row>;
    return load_all<custom_role_row>(db_, (q::tenant == tenant_.value) + "ORDER BY" + q::name);
}

std::vector<user_id> rows::users_of_role(std::string_view name) {
    using q = odb::query<account_row>;
    std::vector<user_id> all;
    each<account_row>(db_, (q::tenant == tenant_.value && q::role == std::string(name)) + "ORDER BY" + q::id,
                      [&](const account_row& row) { all.push_back(user_id{row.id}); });
    return all;
}

std::vector<member> rows::members_granted(std::string_view role) {
    using q = odb::query<member_row>;
    return load_all<member_row>(db_, (q::tenant == tenant_.value && q::granted_role == std::string(role)) + "ORDER BY" +
                                         q::key.conversation + "," + q::key.account);
}

}  // namespace parley::storage

// A tenant's own roles: made, changed, taken away.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

inline constexpr std::size_t most_custom_roles = 200;

/// The tenant's own roles by name, for everybody who is signed in and for the system.
[[nodiscard]] result<std::vector<custom_role>> list_roles(const environment&, reading&, const caller&);

// The following are for the system and for who holds roles.manage, and never reach further than what the caller holds:
// a role that grants more than that is not the caller's to make, change or take away (`forbidden`, role_too_high).

struct create_role_command {
    std::string name;  ///< 1 to 32 of a-z, 0-9, '_' and '-', the first a letter; not that of a shipped role
    std::string sentence;
    std::vector<std::string> permissions;
};
/// Errors: role_name_invalid, role_taken (conflict), role_fixed (conflict) for a shipped role's name,
/// permission_unknown, roles_full.
[[nodiscard]] result<custom_role> create_role(const environment&, writing&, const caller&, const create_role_command&);

/// What is given is changed. `permissions` replaces all; a name that nobody declares may stay but not come. Whoever has
/// the role, in the tenant or in a conversation, gets rights.updated.
struct change_role_command {
    std::string name;
    std::optional<std::string> sentence;
    std::optional<std::vector<std::string>> permissions;
};
/// `not_found` when there is none; role_fixed for a shipped one.
[[nodiscard]] result<custom_role> change_role(const environment&, writing&, const caller&, const change_role_command&);

/// Takes a role away. Whoever has it gets `replace_with` instead; without that, `conflict`, role_in_use, with how many
/// have it. Replacing the role of accounts takes users.manage.
[[nodiscard]] result<void> delete_role(const environment&, writing&, const caller&, const std::string& name,
                                       const std::optional<std::string>& replace_with);

}  // namespace parley::kernel

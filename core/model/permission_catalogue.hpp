// All permissions by name, and the shipped roles: the table that checks, the API and the documentation are made from.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/permission.hpp"

namespace parley {

struct permission_info {
    permission which;
    std::string name;      ///< "messages.send"
    std::string sentence;  ///< what holding it means, for the documentation and the admin
};

/// A role that comes with Parley and cannot be changed: guest, member, staff, manager, admin.
struct role_info {
    std::string name;
    std::string sentence;
    permission_set granted;
};

/// What a plugin declares.
struct declared_permission {
    std::string name;                       ///< "polls.create": lower case, digits, '_', with one '.' or more
    std::string sentence;                   ///< not empty
    std::vector<std::string_view> roles{};  ///< shipped roles that have it by default; admin has every permission
};

/// Filled before the server opens and never changed afterwards; then safe to read from any thread.
class permission_catalogue {
public:
    /// The kernel's own.
    permission_catalogue();
    permission_catalogue(const permission_catalogue&) = delete;

    /// Called at start only. Errors, all `invalid` or `conflict`: permission_name_invalid, permission_sentence_empty,
    /// permission_taken, role_unknown, permissions_full.
    [[nodiscard]] result<permission> add(const declared_permission&);

    /// In order of registration; addresses stay.
    [[nodiscard]] const std::deque<permission_info>& all() const { return all_; }
    /// Empty for a number that nobody registered.
    [[nodiscard]] std::string_view name_of(permission) const;
    [[nodiscard]] std::optional<permission> find(std::string_view name) const;
    /// Of these names those that are known: what a plugin declared that is off now grants nothing.
    [[nodiscard]] permission_set known(std::span<const std::string> names) const;
    /// The names of a set, in order of registration.
    [[nodiscard]] std::vector<std::string_view> names_of(const permission_set&) const;
    /// Whether the set holds every permission there is.
    [[nodiscard]] bool is_everything(const permission_set&) const;

    /// From guest to admin.
    [[nodiscard]] const std::deque<role_info>& shipped_roles() const { return roles_; }
    /// Null when no shipped role is called so.
    [[nodiscard]] const role_info* find_role(std::string_view name) const;

private:
    void enter(permission, std::string name, std::string sentence);

    std::deque<permission_info> all_;
    std::deque<role_info> roles_;
    std::map<std::string, permission, std::less<>> by_name_;
};

}  // namespace parley

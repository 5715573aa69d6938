// Named permissions, the roles that grant them, and the table the documentation is made from.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace parley {

/// What a caller may be allowed to do. The kernel's own; numbers are stable within one process only.
enum class permission : std::uint16_t {
    messages_send = 1,
    messages_edit_own,
    messages_delete_own,
    messages_edit_others,
    messages_delete_others,
    messages_delete_hard,
    messages_review,
    authors_see,
    files_upload,
    channels_browse,
    channels_create,
    channels_create_private,
    channels_manage,
    channels_enter_private,
    groups_manage,
    direct_open,
    contacts_open,
    users_see,
    users_manage,
    log_read_all,
    audit_see
};

/// The most permissions one installation can know; plugins' own come after the kernel's.
inline constexpr std::size_t max_permissions = 256;

class permission_set {
public:
    permission_set() = default;
    permission_set(std::initializer_list<permission> granted) {
        for (const auto one : granted) grant(one);
    }
    [[nodiscard]] bool has(permission one) const { return bits_.test(static_cast<std::size_t>(one)); }
    void grant(permission one) { bits_.set(static_cast<std::size_t>(one)); }
    /// Keeps what the other one has too.
    void narrow_to(const permission_set& other) { bits_ &= other.bits_; }
    [[nodiscard]] bool is_within(const permission_set& other) const { return (bits_ & ~other.bits_).none(); }
    friend bool operator==(const permission_set&, const permission_set&) = default;

private:
    std::bitset<max_permissions> bits_;
};

struct permission_info {
    permission which;
    std::string_view name;      ///< "messages.send"
    std::string_view sentence;  ///< what holding it means, for the documentation and the admin
};

/// All permissions of the kernel.
[[nodiscard]] std::span<const permission_info> all_permissions();
[[nodiscard]] std::string_view name_of(permission which);
[[nodiscard]] std::optional<permission> find_permission(std::string_view name);

/// A shipped role: guest, member, staff, manager, admin.
struct role_info {
    std::string_view name;
    std::string_view sentence;
    permission_set granted;
};
[[nodiscard]] std::span<const role_info> shipped_roles();
[[nodiscard]] const role_info* find_role(std::string_view name);

}  // namespace parley

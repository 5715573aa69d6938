// Named permissions as numbers, and sets of them.
#pragma once

#include <bitset>
#include <cstdint>
#include <initializer_list>

namespace parley {

/// What a caller may be allowed to do. The kernel's own have names here; those that plugins register come after them.
/// Numbers are stable within one process only: what is stored is the name, see permission_catalogue.
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
    roles_manage,
    log_read_all,
    audit_see,
    settings_see,
    settings_manage
};

/// The most permissions one installation can know, and one more: there is no permission 0.
inline constexpr std::size_t max_permissions = 256;

class permission_set {
public:
    permission_set() = default;
    permission_set(std::initializer_list<permission> granted) {
        for (const auto one : granted) grant(one);
    }
    [[nodiscard]] bool has(permission one) const { return bits_.test(static_cast<std::size_t>(one)); }
    void grant(permission one) { bits_.set(static_cast<std::size_t>(one)); }
    /// Adds what the other one has.
    void grant(const permission_set& other) { bits_ |= other.bits_; }
    /// Keeps what the other one has too.
    void narrow_to(const permission_set& other) { bits_ &= other.bits_; }
    [[nodiscard]] bool is_within(const permission_set& other) const { return (bits_ & ~other.bits_).none(); }
    friend bool operator==(const permission_set&, const permission_set&) = default;

private:
    std::bitset<max_permissions> bits_;
};

}  // namespace parley

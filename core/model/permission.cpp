// The table of permissions and the shipped roles; each role has all that the one before it has.
#include "model/permission.hpp"

#include <algorithm>
#include <array>

namespace parley {
namespace {

using enum permission;

constexpr std::array table{
    permission_info{messages_send, "messages.send", "Send messages where the conversation's kind lets members write."},
    permission_info{messages_edit_own, "messages.edit_own", "Edit own messages within the tenant's window."},
    permission_info{messages_delete_own, "messages.delete_own", "Delete own messages; the row stays for audit."},
    permission_info{messages_edit_others, "messages.edit_others", "Edit messages that somebody else wrote."},
    permission_info{messages_delete_others, "messages.delete_others", "Delete messages that somebody else wrote."},
    permission_info{messages_delete_hard, "messages.delete_hard",
                    "Remove a message for good, with its revisions, files and every link to them."},
    permission_info{messages_review, "messages.review", "See held messages and publish or reject them."},
    permission_info{authors_see, "authors.see", "See who really wrote a message that a persona shows."},
    permission_info{files_upload, "files.upload", "Upload files and send them in messages."},
    permission_info{channels_browse, "channels.browse", "Find, read and join public channels."},
    permission_info{channels_create, "channels.create", "Create public channels."},
    permission_info{channels_create_private, "channels.create_private", "Create private channels."},
    permission_info{channels_manage, "channels.manage",
                    "Change, archive and delete channels and manage their members without being their owner."},
    permission_info{channels_enter_private, "channels.enter_private", "Enter private channels without an invitation."},
    permission_info{groups_manage, "groups.manage", "Create groups and manage their members and messages."},
    permission_info{direct_open, "direct.open", "Open direct conversations."},
    permission_info{contacts_open, "contacts.open", "Open conversations with outside contacts."},
    permission_info{users_see, "users.see", "Look up people of the tenant with whom no conversation is shared."},
    permission_info{users_manage, "users.manage", "Create people and change their roles."},
    permission_info{log_read_all, "log.read_all", "Read the tenant's whole event log, as exports and audits do."},
    permission_info{audit_see, "audit.see", "Read the audit log: sign-ins, refusals, tokens, roles, removals."},
};

std::array<role_info, 5> make_roles() {
    std::array<role_info, 5> roles{
        role_info{"guest",
                  "A visitor: writes where somebody let them in.",
                  {messages_send, messages_edit_own, messages_delete_own, files_upload}},
        role_info{"member",
                  "Somebody of the community: browses, joins and opens direct conversations.",
                  {channels_browse, direct_open, users_see}},
        role_info{"staff",
                  "Works here: creates channels and talks with contacts.",
                  {channels_create, channels_create_private, contacts_open}},
        role_info{"manager",
                  "Answers for the staff: moderates, reviews, manages groups, removes for good.",
                  {messages_edit_others, messages_delete_others, messages_delete_hard, messages_review, authors_see,
                   channels_manage, channels_enter_private, groups_manage}},
        role_info{"admin", "Runs the tenant.", {users_manage, log_read_all, audit_see}},
    };
    for (std::size_t i = 1; i < roles.size(); ++i)
        for (const auto& info : table)
            if (roles[i - 1].granted.has(info.which)) roles[i].granted.grant(info.which);
    return roles;
}

const std::array<role_info, 5>& roles() {
    static const auto made = make_roles();
    return made;
}

}  // namespace

std::span<const permission_info> all_permissions() { return table; }

std::string_view name_of(permission which) {
    const auto found = std::ranges::find(table, which, &permission_info::which);
    return found == table.end() ? std::string_view{} : found->name;
}

std::optional<permission> find_permission(std::string_view name) {
    const auto found = std::ranges::find(table, name, &permission_info::name);
    return found == table.end() ? std::nullopt : std::optional(found->which);
}

std::span<const role_info> shipped_roles() { return roles(); }

const role_info* find_role(std::string_view name) {
    const auto found = std::ranges::find(roles(), name, &role_info::name);
    return found == roles().end() ? nullptr : &*found;
}

}  // namespace parley

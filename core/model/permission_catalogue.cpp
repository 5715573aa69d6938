// The kernel's permissions and the shipped roles; each role has all that the one before it has.
#include "model/permission_catalogue.hpp"

#include <algorithm>
#include <array>

namespace parley {
namespace {

using enum permission;

struct kernel_permission {
    permission which;
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array table{
    kernel_permission{messages_send, "messages.send",
                      "Send messages where the conversation's kind lets members write."},
    kernel_permission{messages_edit_own, "messages.edit_own", "Edit own messages within the tenant's window."},
    kernel_permission{messages_delete_own, "messages.delete_own", "Delete own messages; the row stays for audit."},
    kernel_permission{messages_edit_others, "messages.edit_others", "Edit messages that somebody else wrote."},
    kernel_permission{messages_delete_others, "messages.delete_others", "Delete messages that somebody else wrote."},
    kernel_permission{messages_delete_hard, "messages.delete_hard",
                      "Remove a message for good, with its revisions, files and every link to them."},
    kernel_permission{messages_review, "messages.review", "See held messages and publish or reject them."},
    kernel_permission{authors_see, "authors.see", "See who really wrote a message that a persona shows."},
    kernel_permission{files_upload, "files.upload", "Upload files and send them in messages."},
    kernel_permission{channels_browse, "channels.browse", "Find, read and join public channels."},
    kernel_permission{channels_create, "channels.create", "Create public channels."},
    kernel_permission{channels_create_private, "channels.create_private", "Create private channels."},
    kernel_permission{channels_manage, "channels.manage",
                      "Change, archive and delete channels and manage their members without being their owner."},
    kernel_permission{channels_enter_private, "channels.enter_private",
                      "Enter private channels without an invitation."},
    kernel_permission{groups_manage, "groups.manage", "Create groups and manage their members and messages."},
    kernel_permission{direct_open, "direct.open", "Open direct conversations."},
    kernel_permission{contacts_open, "contacts.open", "Open conversations with outside contacts."},
    kernel_permission{users_see, "users.see", "Look up people of the tenant with whom no conversation is shared."},
    kernel_permission{
        users_manage, "users.manage",
        "Create people, change their roles and end their sessions, as far as they hold no more than oneself."},
    kernel_permission{roles_manage, "roles.manage", "Make, change and delete the tenant's own roles."},
    kernel_permission{log_read_all, "log.read_all", "Read the tenant's whole event log, as exports and audits do."},
    kernel_permission{audit_see, "audit.see", "Read the audit log: sign-ins, refusals, tokens, roles, removals."},
    kernel_permission{settings_see, "settings.see",
                      "See the tenant's settings, which plugins it has and how the server does."},
    kernel_permission{settings_manage, "settings.manage",
                      "Change settings of plugins and switch plugins on and off, where the operator leaves that open."},
};

std::deque<role_info> make_roles() {
    std::deque<role_info> roles{
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
        role_info{"admin",
                  "Runs the tenant.",
                  {users_manage, roles_manage, log_read_all, audit_see, settings_see, settings_manage}},
    };
    for (std::size_t i = 1; i < roles.size(); ++i) roles[i].granted.grant(roles[i - 1].granted);
    return roles;
}

/// Words of a to z, digits and '_' with dots between, two at least.
bool is_permission_name(std::string_view name) {
    constexpr std::size_t longest = 64;
    if (name.empty() || name.size() > longest || name.find('.') == std::string_view::npos) return false;
    if (name.front() == '.' || name.back() == '.' || name.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; });
}

}  // namespace

permission_catalogue::permission_catalogue() : roles_(make_roles()) {
    for (const auto& one : table) enter(one.which, std::string(one.name), std::string(one.sentence));
}

void permission_catalogue::enter(permission which, std::string name, std::string sentence) {
    by_name_.emplace(name, which);
    all_.push_back({which, std::move(name), std::move(sentence)});
}

result<permission> permission_catalogue::add(const declared_permission& declared) {
    if (!is_permission_name(declared.name))
        return invalid("permission_name_invalid", "A permission is called like polls.create.", "name");
    if (declared.sentence.empty())
        return invalid("permission_sentence_empty", "A permission needs a sentence that says what it allows.",
                       "sentence");
    if (find(declared.name)) return failure(fault::conflict, "permission_taken", "There is such a permission already.");
    for (const auto role : declared.roles)
        if (find_role(role) == nullptr) return invalid("role_unknown", "There is no such shipped role.", "roles");
    const auto next = static_cast<std::size_t>(all_.back().which) + 1;
    if (next >= max_permissions)
        return failure(fault::conflict, "permissions_full", "There are as many permissions as there can be.");
    const auto which = static_cast<permission>(next);
    enter(which, declared.name, declared.sentence);
    for (auto& role : roles_)
        if (std::ranges::find(declared.roles, role.name) != declared.roles.end()) role.granted.grant(which);
    // Somebody must be able to hand it on.
    roles_.back().granted.grant(which);
    return which;
}

std::string_view permission_catalogue::name_of(permission which) const {
    const auto place = static_cast<std::size_t>(which) - 1;
    return place < all_.size() ? std::string_view(all_[place].name) : std::string_view{};
}

std::optional<permission> permission_catalogue::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

permission_set permission_catalogue::known(std::span<const std::string> names) const {
    permission_set set;
    for (const auto& one : names)
        if (const auto which = find(one)) set.grant(*which);
    return set;
}

std::vector<std::string_view> permission_catalogue::names_of(const permission_set& set) const {
    std::vector<std::string_view> names;
    for (const auto& one : all_)
        if (set.has(one.which)) names.emplace_back(one.name);
    return names;
}

bool permission_catalogue::is_everything(const permission_set& set) const {
    return std::ranges::all_of(all_, [&](const permission_info& one) { return set.has(one.which); });
}

const role_info* permission_catalogue::find_role(std::string_view name) const {
    const auto found = std::ranges::find(roles_, name, &role_info::name);
    return found == roles_.end() ? nullptr : &*found;
}

}  // namespace parley

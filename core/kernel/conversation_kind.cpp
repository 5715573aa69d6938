// The kernel's own kinds.
#include "kernel/conversation_kind.hpp"

#include <algorithm>

namespace parley::kernel {
namespace {

using enum permission;

conversation_kind channel() {
    return {.name = "channel",
            .sentence = "A room by topic, public or private.",
            .made_with = channels_create,
            .managed_with = channels_manage,
            .named = true,
            .listed = true,
            .view_hints = {}};
}

conversation_kind group() {
    return {.name = "group",
            .sentence = "A room whose members and messages its admins alone govern.",
            .made_with = groups_manage,
            .managed_with = groups_manage,
            .adds_members = party::admins,
            .leaves = party::nobody,
            .removes_messages = party::admins,
            .named = true,
            .view_hints = {}};
}

conversation_kind direct() {
    return {.name = "direct",
            .sentence = "Two people; there is one for each two.",
            .made_with = direct_open,
            .adds_members = party::nobody,
            .leaves = party::nobody,
            .least_members = 2,
            .most_members = 2,
            .one_per_party = true,
            .view_hints = {{"header", "other_member"}}};
}

conversation_kind group_direct() {
    return {.name = "group_direct",
            .sentence = "Several people who talk without a room of their own.",
            .made_with = direct_open,
            .least_members = 3,
            .most_members = 20,
            .view_hints = {{"header", "members"}}};
}

conversation_kind support() {
    return {.name = "support",
            .sentence = "One user and the staff behind one door.",
            .adds_members = party::nobody,
            .leaves = party::nobody,
            .view_hints = {{"title", "Help & Support"}}};
}

conversation_kind contact() {
    return {.name = "contact",
            .sentence = "An outside client or guest with a model.",
            .made_with = contacts_open,
            .managed_with = contacts_open,
            .adds_members = party::admins,
            .leaves = party::admins,
            .least_members = 2,
            .named = true,
            .view_hints = {{"bubbles", {{"avatar", false}}}, {"header", "photo"}}};
}

conversation_kind personal() {
    return {.name = "personal",
            .sentence = "One per user, made with the user; notices arrive here.",
            .adds_members = party::nobody,
            .leaves = party::nobody,
            .most_members = 1,
            .view_hints = {{"messages", "centred"}}};
}

conversation_kind ticket() {
    return {.name = "ticket",
            .sentence = "The conversation about one ticket.",
            .adds_members = party::admins,
            .view_hints = {{"header", "ticket"}}};
}

}  // namespace

kind_registry::kind_registry()
    : kinds_{channel(), group(), direct(), group_direct(), support(), contact(), personal(), ticket()} {}

result<void> kind_registry::add(conversation_kind kind) {
    if (find(kind.name) != nullptr)
        return failure(fault::conflict, "kind_taken", "There is a conversation kind of this name already.", "name");
    kinds_.push_back(std::move(kind));
    return {};
}

const conversation_kind* kind_registry::find(std::string_view name) const {
    const auto found = std::ranges::find(kinds_, name, &conversation_kind::name);
    return found == kinds_.end() ? nullptr : &*found;
}

}  // namespace parley::kernel

// Tables to Markdown.
#include "kernel/reference.hpp"

#include <fmt/format.h>

#include "kernel/conversation_kind.hpp"
#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

constexpr std::string_view made_from = "<!-- Made from the code; a test compares. -->\n\n";

std::string_view name_of(party those) {
    switch (those) {
        case party::nobody:
            return "nobody";
        case party::members:
            return "members";
        case party::admins:
            return "admins";
    }
    return "";
}

}  // namespace

std::string permissions_reference() {
    const permission_catalogue all;
    std::string page = "# Permissions and roles\n\n";
    page += made_from;
    page +=
        "A role grants permissions in the whole tenant; a tenant may [make its own](../run/roles.md), and plugins add\n"
        "permissions. A role may also be granted to a member in one conversation alone, and holds for what is asked "
        "of\n"
        "that conversation. What somebody may do in one conversation also follows from\n"
        "being its member, admin or owner, and from its [kind](kinds.md).\n\n| permission |";
    for (const auto& role : all.shipped_roles()) page += fmt::format(" {} |", role.name);
    page += " what it means |\n|---|";
    for (std::size_t i = 0; i < all.shipped_roles().size(); ++i) page += "---|";
    page += "---|\n";
    for (const auto& one : all.all()) {
        page += fmt::format("| `{}` |", one.name);
        for (const auto& role : all.shipped_roles()) page += role.granted.has(one.which) ? " ✓ |" : " |";
        page += fmt::format(" {} |\n", one.sentence);
    }
    page += "\n| role | |\n|---|---|\n";
    for (const auto& role : all.shipped_roles()) page += fmt::format("| {} | {} |\n", role.name, role.sentence);
    return page;
}

std::string kinds_reference() {
    std::string page = "# Kinds of conversation\n\n";
    page += made_from;
    page +=
        "Admins are a conversation's own admins and owners, and who holds the permission that governs the kind. Who "
        "is\n"
        "named may write, add members, leave, and remove own messages.\n\n"
        "| kind | | made with | governed with | write | add | leave | remove | members |\n"
        "|---|---|---|---|---|---|---|---|---|\n";
    const kind_registry kinds;
    const permission_catalogue permissions;
    for (const auto& one : kinds.all())
        page += fmt::format("| {} | {} | {} | `{}` | {} | {} | {} | {} | {} to {} |\n", one.name, one.sentence,
                            one.made_with ? fmt::format("`{}`", permissions.name_of(*one.made_with)) : "the server",
                            permissions.name_of(one.managed_with), name_of(one.writes), name_of(one.adds_members),
                            name_of(one.leaves), name_of(one.removes_messages), one.least_members,
                            one.most_members == 0 ? "the tenant's limit" : fmt::format("{}", one.most_members));
    return page;
}

std::string events_reference() {
    std::string page = "# Events of the log\n\n";
    page += made_from;
    page += "Their exact shapes are in `/api/v1/asyncapi.json`.\n\n| type | |\n|---|---|\n";
    for (const auto& one : events::all()) page += fmt::format("| `{}` | {} |\n", one.type, one.sentence);
    return page;
}

}  // namespace parley::kernel

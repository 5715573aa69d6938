// A new conversation: right, rules, people, rows, events.
#include "kernel/create_conversation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/conversation_text.hpp"
#include "kernel/people.hpp"

namespace parley::kernel {
namespace {

result<const conversation_kind*> kind_for(const environment& env, const caller& by, const actor& who,
                                          const create_conversation_command& command) {
    const auto* kind = env.kinds.find(command.kind);
    if (kind == nullptr || !is_on(*kind, by.tenant_name))
        return invalid("kind_unknown", "There is no such kind of conversation.", "kind");
    if (!kind->made_with) return not_allowed("Conversations of this kind are made by the server only.");
    auto needed = *kind->made_with;
    if (needed == permission::channels_create && command.who_finds == visibility::closed)
        needed = permission::channels_create_private;
    if (auto may = who.require(needed); !may) return std::unexpected(may.error());
    if (!kind->listed && command.who_finds != visibility::closed)
        return invalid("visibility_invalid", "Conversations of this kind are private.", "visibility");
    return kind;
}

result<std::vector<user>> party_of(const environment& env, writing& w, const caller& by, const actor& who,
                                   const conversation_kind& kind, std::vector<user_id> wanted) {
    wanted.push_back(who.id());
    std::ranges::sort(wanted);
    const auto repeated = std::ranges::unique(wanted);
    wanted.erase(repeated.begin(), repeated.end());
    const auto most = kind.most_members > 0 ? static_cast<std::size_t>(kind.most_members)
                                            : env.settings.of(by.tenant_name)->conversations.max_members;
    if (wanted.size() > most)
        return failure(fault::too_many, "too_many_members",
                       fmt::format("A conversation of this kind has at most {} members.", most), "members");
    if (wanted.size() < static_cast<std::size_t>(kind.least_members))
        return invalid("too_few_members",
                       fmt::format("A conversation of this kind has at least {} members.", kind.least_members),
                       "members");
    auto people = w.users(wanted);
    std::erase_if(people, [&](const user& one) { return one.disabled_at || !knows(w, who, one.id); });
    if (people.size() != wanted.size()) return invalid("user_unknown", "There is no such user.", "members");
    std::ranges::sort(people, {}, &user::id);
    return people;
}

result<conversation> row_of(const environment& env, writing& w, const caller& by, const conversation_kind& kind,
                            const create_conversation_command& command, moment now) {
    const auto limits = env.settings.of(by.tenant_name);
    auto name = conversation_name(*limits, kind, command.name);
    if (!name) return std::unexpected(name.error());
    auto topic = conversation_topic(*limits, command.topic);
    if (!topic) return std::unexpected(topic.error());
    auto description = conversation_description(*limits, command.description);
    if (!description) return std::unexpected(description.error());
    auto team = conversation_team(command.team);
    if (!team) return std::unexpected(team.error());
    if (!command.model.empty() && !limits->models.contains(command.model))
        return invalid("model_unknown", "The tenant has no such model.", "model");
    return conversation{.id = env.ids.next<conversation_id>(),
                        .tenant = w.tenant(),
                        .kind = kind.name,
                        .model = command.model,
                        .team = std::move(*team),
                        .name = std::move(*name),
                        .description = std::move(*description),
                        .topic = std::move(*topic),
                        .who_finds = command.who_finds,
                        .creator = by.user,
                        .direct_key = {},
                        .created_at = now,
                        .updated_at = now};
}

/// Everybody may be drawn into one; only who has many opens no more.
result<void> may_open_direct(const environment& env, const caller& by, std::vector<membership> all) {
    const auto most = env.settings.of(by.tenant_name)->conversations.max_direct;
    std::erase_if(all, [&](const membership& one) {
        const auto* kind = env.kinds.find(one.in.kind);
        return one.in.archived_at || kind == nullptr || kind->made_with != permission::direct_open;
    });
    if (all.size() < most) return {};
    return failure(
        fault::too_many, "too_many_direct",
        fmt::format("You are in {} open direct conversations already; at most {} may be open.", all.size(), most));
}

}  // namespace

std::string direct_key_of(user_id one, user_id other) {
    return fmt::format("{}-{}", std::min(one, other).value, std::max(one, other).value);
}

result<created_conversation> create_conversation(const environment& env, writing& w, const caller& by,
                                                 const create_conversation_command& command) {
    auto who = access::authorise(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto kind = kind_for(env, by, *who, command);
    if (!kind) return std::unexpected(kind.error());
    auto people = party_of(env, w, by, *who, **kind, command.members);
    if (!people) return std::unexpected(people.error());
    const auto now = env.time.now();
    auto row = row_of(env, w, by, **kind, command, now);
    if (!row) return std::unexpected(row.error());
    if ((*kind)->one_per_party) {
        row->direct_key = direct_key_of(people->front().id, people->back().id);
        if (auto there = w.find_direct(rows(), row->direct_key)) {
            const auto as = w.find_member(rows(), there->id, who->id());
            if (!as) return no_such("conversation");
            return created_conversation{std::move(*there), *kind, *as, true};
        }
    }
    if ((*kind)->made_with == permission::direct_open)
        if (auto may = may_open_direct(env, by, w.memberships_of(rows(), who->id())); !may)
            return std::unexpected(may.error());
    add_first_members(env, w, *row, *people, (*kind)->one_per_party ? user_id{} : who->id(), now);
    const auto as = w.find_member(rows(), row->id, who->id());
    return created_conversation{std::move(*row), *kind, *as};
}

void create_personal_conversation(const environment& env, writing& w, const user& whose) {
    const auto now = env.time.now();
    conversation row{.id = env.ids.next<conversation_id>(),
                     .tenant = w.tenant(),
                     .kind = "personal",
                     .model = {},
                     .team = {},
                     .name = {},
                     .description = {},
                     .topic = {},
                     .direct_key = {},
                     .created_at = now,
                     .updated_at = now};
    add_first_members(env, w, row, std::span(&whose, 1), {}, now);
}

}  // namespace parley::kernel

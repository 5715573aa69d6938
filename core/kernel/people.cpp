// Membership changes, always in the order in which a client can follow them.
#include "kernel/people.hpp"

#include <algorithm>

#include "kernel/events.hpp"

namespace parley::kernel {
namespace {

constexpr int small_party = 20;

member make_member(writing& w, const conversation& in, user_id who, member_role role, moment now) {
    return {.conversation = in.id,
            .user = who,
            .role = role,
            .joined_at = now,
            .joined_position = w.log_end() + 1,
            .last_read = in.last_sequence};
}

/// Few enough to be told about each other at once, so that a direct conversation can be shown without asking.
bool shows_people(const conversation_kind* kind) {
    return kind != nullptr && kind->most_members > 0 && kind->most_members <= small_party;
}

}  // namespace

bool knows(reading& from, const actor& who, user_id other) {
    if (who.id() == other || who.may(permission::users_see)) return true;
    const auto contacts = from.contacts_of(rows(), who.id());
    return std::ranges::find(contacts, other) != contacts.end();
}

void add_first_members(const environment& env, writing& w, conversation& in, std::span<const user> people,
                       user_id owner, moment now) {
    const auto* kind = env.kinds.find(in.kind);
    in.member_count = static_cast<std::int64_t>(people.size());
    w.insert(rows(), in);
    const auto known = shows_people(kind) ? people : std::span<const user>{};
    std::vector<member> all;
    for (const auto& one : people)
        all.push_back(make_member(w, in, one.id, one.id == owner ? member_role::owner : member_role::member, now));
    for (const auto& as : all) w.insert(rows(), as);
    for (const auto& as : all) w.append(events::conversation_joined(in, kind, as, known, now));
}

void add_one_member(const environment& env, writing& w, conversation& in, const user& who, member_role role,
                    moment now) {
    const auto* kind = env.kinds.find(in.kind);
    const auto as = make_member(w, in, who.id, role, now);
    in.member_count += 1;
    w.update(rows(), in);
    w.insert(rows(), as);
    std::vector<user> people;
    if (shows_people(kind))
        for (auto& entry : w.members(rows(), in.id, {}, small_party)) people.push_back(std::move(entry.who));
    w.append(events::conversation_joined(in, kind, as, people, now));
    w.append(events::member_added({as, who}, in.member_count, now));
}

void remove_one_member(writing& w, conversation& in, const member& as, std::string_view reason, moment now) {
    in.member_count -= 1;
    w.update(rows(), in);
    w.erase(rows(), as);
    w.append(events::conversation_left(in.id, as.user, reason, now));
    w.append(events::member_removed(in.id, as.user, reason, in.member_count, now));
}

}  // namespace parley::kernel

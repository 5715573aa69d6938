// The events' payloads. `facts` is what stays true of a message after its words are gone; see present().
#include "kernel/events.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "kernel/present.hpp"

namespace parley::kernel::events {
namespace json = boost::json;
namespace {

/// Each message makes one, a dozen small pieces with one life: in one block they are one allocation.
json::object with_facts(const message& what, const std::vector<user_id>& mentions) {
    constexpr std::size_t usual_bytes = 1024;
    const auto memory = json::make_shared_resource<json::monotonic_resource>(usual_bytes);
    return {{{"facts",
              {{"id", what.id.text()},
               {"conversation", what.conversation.text()},
               {"seq", what.seq},
               {"from", present(what.shown)},
               {"author", what.author.text()},
               {"mentions", ids(mentions)},
               {"purged", true}}}},
            memory};
}

json::object thread_of(const message& root) {
    auto out = present(root.thread);
    out["root"] = root.id.text();
    return out;
}

event about(std::string type, message_view view, const std::vector<user_id>& mentions, moment now) {
    const auto& what = *view.body;
    event made{.type = std::move(type),
               .heard_by = audience::members,
               .conversation = what.conversation,
               .about = what.id,
               .data = with_facts(what, mentions),
               .created_at = now,
               .view = {}};
    made.view = std::move(view);
    return made;
}

event withheld(std::string type, message_view view, moment now) {
    const auto author = view.body->author;
    const auto mentions = view.body->mentions;
    auto made = about(std::move(type), std::move(view), mentions, now);
    made.heard_by = audience::reviewers;
    made.user = author;
    return made;
}

event of_conversation(std::string type, conversation_id in, json::object data, moment now) {
    return {.type = std::move(type), .conversation = in, .data = std::move(data), .created_at = now, .view = {}};
}

event of_user(std::string type, conversation_id in, user_id who, json::object data, moment now) {
    auto made = of_conversation(std::move(type), in, std::move(data), now);
    made.heard_by = audience::user;
    made.user = who;
    return made;
}

json::array names(const std::vector<std::string_view>& all) {
    json::array out;
    for (const auto one : all) out.emplace_back(one);
    return out;
}

std::vector<user_id> without(const std::vector<user_id>& all, const std::vector<user_id>& those) {
    std::vector<user_id> left;
    std::ranges::copy_if(all, std::back_inserter(left),
                         [&](user_id one) { return std::ranges::find(those, one) == those.end(); });
    return left;
}

constexpr std::array table{
    event_info{"conversation.joined", "You are a member now; everything about the conversation is in the event."},
    event_info{"conversation.left", "You are not a member any more; forget the conversation."},
    event_info{"conversation.updated", "The conversation's own fields, all of them, as they are now."},
    event_info{"conversation.deleted", "The conversation is gone; forget it."},
    event_info{"member.added", "Somebody joined or was added."},
    event_info{"member.updated", "A member's role changed, or the role that is granted to it here."},
    event_info{"member.removed", "Somebody left or was removed."},
    event_info{"message.created", "A message was published; it counts as unread unless you wrote it."},
    event_info{"message.edited", "A message's text or data changed; mentions_added and mentions_removed say for whom."},
    event_info{"message.deleted",
               "A message's words are gone and its place stays; it no longer counts as unread, nor for whom "
               "mentions_removed names."},
    event_info{"message.purged", "A message is gone for good; it no longer counts unless it was deleted before."},
    event_info{"message.held", "A message waits for a verdict; only its author and reviewers hear of it."},
    event_info{"message.rejected", "A held message will not be published; only its author and reviewers hear of it."},
    event_info{"message.withdrawn", "A held or rejected message is gone; only its author and reviewers hear of it."},
    event_info{"read.updated", "How far you have read, and the counts that leaves."},
    event_info{"membership.updated", "Your own settings of the conversation: pinned, notification level."},
    event_info{"rights.updated",
               "Your role changed, or what it grants, in the whole tenant or in the conversation that is named; take a "
               "fresh snapshot."},
    event_info{"session.ended", "A session of yours is over; the connections that came with it end."},
    event_info{"user.updated", "Somebody with whom you share a conversation changed name or status."},
};

}  // namespace

event conversation_joined(const conversation& in, const conversation_kind* kind, const member& as,
                          std::span<const user> people, moment now) {
    json::array who;
    for (const auto& one : people) who.push_back(present(one));
    return of_user("conversation.joined", in.id, as.user,
                   {{"conversation", present(in, kind)}, {"membership", present(as, {})}, {"people", std::move(who)}},
                   now);
}

event conversation_left(conversation_id in, user_id who, std::string_view reason, moment now) {
    return of_user("conversation.left", in, who, {{"reason", reason}}, now);
}

event conversation_updated(const conversation& in, const conversation_kind* kind, moment now) {
    return of_conversation("conversation.updated", in.id, {{"conversation", present(in, kind)}}, now);
}

event conversation_deleted(conversation_id in, moment now) {
    return of_conversation("conversation.deleted", in, {}, now);
}

event member_added(const member_entry& entry, std::int64_t member_count, moment now) {
    return of_conversation("member.added", entry.as.conversation,
                           {{"member", present(entry)}, {"member_count", member_count}}, now);
}

event member_updated(const member_entry& entry, moment now) {
    return of_conversation("member.updated", entry.as.conversation, {{"member", present(entry)}}, now);
}

event member_removed(conversation_id in, user_id who, std::string_view reason, std::int64_t member_count, moment now) {
    return of_conversation("member.removed", in,
                           {{"user", who.text()}, {"reason", reason}, {"member_count", member_count}}, now);
}

event message_created(message_view view, const message* thread_root, moment now) {
    const auto mentions = view.body->mentions;
    auto made = about("message.created", std::move(view), mentions, now);
    if (thread_root != nullptr) made.data["thread"] = thread_of(*thread_root);
    return made;
}

event message_edited(message_view view, const std::vector<user_id>& before, moment now) {
    const auto mentions = view.body->mentions;
    auto made = about("message.edited", std::move(view), mentions, now);
    made.data["mentions_added"] = ids(without(mentions, before));
    made.data["mentions_removed"] = ids(without(before, mentions));
    return made;
}

event message_deleted(message_view view, const std::vector<user_id>& before, const message* thread_root, moment now) {
    const auto mentions = view.body->mentions;
    auto made = about("message.deleted", std::move(view), mentions, now);
    made.data["mentions_removed"] = ids(without(before, mentions));
    if (thread_root != nullptr) made.data["thread"] = thread_of(*thread_root);
    return made;
}

event message_purged(const message& before, const message* thread_root, moment now) {
    event made{.type = "message.purged",
               .heard_by = audience::members,
               .conversation = before.conversation,
               .about = before.id,
               .data = with_facts(before, before.mentions),
               .created_at = now,
               .view = {}};
    made.data["was_deleted"] = before.deleted_at.has_value();
    if (thread_root != nullptr) made.data["thread"] = thread_of(*thread_root);
    return made;
}

event message_held(message_view view, moment now) { return withheld("message.held", std::move(view), now); }

event message_rejected(message_view view, moment now) { return withheld("message.rejected", std::move(view), now); }

event message_withdrawn(const message& before, moment now) {
    auto made = withheld("message.withdrawn", {std::make_shared<const message>(before), nullptr}, now);
    made.view = {};
    return made;
}

event read_updated(const member& as, unread_counts counts, moment now) {
    return of_user("read.updated", as.conversation, as.user,
                   {{"last_read", as.last_read}, {"unread", counts.messages}, {"mentions", counts.mentions}}, now);
}

event membership_updated(const member& as, unread_counts counts, moment now) {
    return of_user("membership.updated", as.conversation, as.user, {{"membership", present(as, counts)}}, now);
}

event rights_updated(const user& who, const std::vector<std::string_view>& permissions, moment now) {
    return of_user("rights.updated", {}, who.id, {{"role", who.role}, {"permissions", names(permissions)}}, now);
}

event rights_updated(const member& as, const std::vector<std::string_view>& permissions, moment now) {
    json::value role;
    if (!as.granted_role.empty()) role = json::string(as.granted_role);
    return of_user("rights.updated", as.conversation, as.user,
                   {{"role", std::move(role)}, {"permissions", names(permissions)}}, now);
}

event session_ended(user_id who, token_id which, std::string_view reason, moment now) {
    return of_user("session.ended", {}, who, {{"session", which.text()}, {"reason", reason}}, now);
}

event user_updated(const user& who, std::vector<user_id> hearers, moment now) {
    auto made = of_user("user.updated", {}, who.id, {{"user", present(who)}}, now);
    made.heard_by = audience::contacts;
    std::ranges::sort(hearers);  // looked up once for each connection that may hear
    made.hearers = std::move(hearers);
    return made;
}

std::span<const event_info> all() { return table; }

}  // namespace parley::kernel::events

// Conversations: making, finding, changing, ending them, and going in and out.
#include "kernel/change_conversation.hpp"
#include "kernel/create_conversation.hpp"
#include "kernel/membership.hpp"
#include "kernel/present.hpp"
#include "transport/conversation_entry.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

using kernel::caller;
using kernel::environment;
using kernel::reading;
using kernel::writing;

constexpr std::int64_t cursor_bytes = 4096;
constexpr std::int64_t most_first_members = 200;

field which() { return path_id("conversation", "The conversation's id."); }

field visibility_field() {
    return choice_field("visibility", {"public", "unlisted", "private"},
                        "Who finds and joins it: everybody, who knows it, nobody.");
}

answer changed(const environment& env, const conversation& row) {
    return {200, kernel::present(row, env.kinds.find(row.kind))};
}

result<answer> create(const environment& env, writing& w, const caller& by,
                      const kernel::create_conversation_command& command) {
    auto made = kernel::create_conversation(env, w, by, command);
    if (!made) return std::unexpected(made.error());
    return answer{made->existed ? 200 : 201, present(entry_of(w, std::move(made->row), made->kind, made->as))};
}

result<answer> create_conversation(const environment& env, writing& w, const caller& by, const input& in) {
    return create(env, w, by,
                  {.kind = in.optional_text("kind").value_or("channel"),
                   .name = in.text("name"),
                   .description = in.text("description"),
                   .topic = in.text("topic"),
                   .team = in.text("team"),
                   .model = in.text("model"),
                   .who_finds = parse_visibility(in.text("visibility")).value_or(visibility::closed),
                   .members = in.ids<user_id>("members")});
}

result<answer> open_direct(const environment& env, writing& w, const caller& by, const input& in) {
    return create(env, w, by, {.kind = "direct", .members = {in.id<user_id>("user")}});
}

result<answer> list_mine(const environment& env, reading& from, const caller& by, const input&) {
    const auto all = kernel::my_conversations(env, from, by);
    if (!all) return std::unexpected(all.error());
    return answer{200, listed("conversations", *all, [](const auto& one) { return present(one); })};
}

/// A page of channels ends at a name, which need not be the only one of its kind; so the cursor says the id too.
std::string cursor_behind(const kernel::listed_conversation& last) { return last.row.id.text() + "." + last.row.name; }

result<answer> browse(const environment& env, reading& from, const caller& by, const input& in) {
    const auto limit = in.integer("limit", usual_page);
    kernel::browse_query query{.contains = in.text("contains"), .after_name = {}, .limit = static_cast<int>(limit)};
    if (const auto after = in.optional_text("after")) {
        const auto dot = std::min(after->find('.'), after->size());
        const auto id = conversation_id::parse(std::string_view(*after).substr(0, dot));
        if (!id || dot == after->size()) return invalid("cursor_invalid", "This is no page's `next`.", "after");
        query.after_id = *id;
        query.after_name = after->substr(dot + 1);
    }
    const auto found = kernel::browse_conversations(env, from, by, query);
    if (!found) return std::unexpected(found.error());
    auto body = listed("conversations", *found, [](const auto& one) { return present(one); });
    body["next"] = next_of(*found, limit, cursor_behind);
    return answer{200, std::move(body)};
}

result<answer> get(const environment& env, reading& from, const caller& by, const input& in) {
    const auto found = kernel::read_conversation(env, from, by, in.id<conversation_id>("conversation"));
    if (!found) return std::unexpected(found.error());
    return answer{200, present(*found)};
}

result<answer> update(const environment& env, writing& w, const caller& by, const input& in) {
    kernel::change_conversation_command command{.conversation = in.id<conversation_id>("conversation"),
                                                .name = in.optional_text("name"),
                                                .description = in.optional_text("description"),
                                                .topic = in.optional_text("topic"),
                                                .team = in.optional_text("team"),
                                                .who_finds = {}};
    if (in.has("visibility")) command.who_finds = parse_visibility(in.text("visibility"));
    const auto row = kernel::change_conversation(env, w, by, command);
    if (!row) return std::unexpected(row.error());
    return changed(env, *row);
}

template <kernel::archival How>
result<answer> archive(const environment& env, writing& w, const caller& by, const input& in) {
    const auto row = kernel::archive_conversation(env, w, by, in.id<conversation_id>("conversation"), How);
    if (!row) return std::unexpected(row.error());
    return changed(env, *row);
}

result<answer> remove(const environment& env, writing& w, const caller& by, const input& in) {
    const auto done = kernel::delete_conversation(env, w, by, in.id<conversation_id>("conversation"));
    if (!done) return std::unexpected(done.error());
    return answer{};
}

result<answer> join(const environment& env, writing& w, const caller& by, const input& in) {
    auto seen = kernel::join_conversation(env, w, by, in.id<conversation_id>("conversation"));
    if (!seen) return std::unexpected(seen.error());
    return answer{200, present(entry_of(w, std::move(seen->row), seen->kind, seen->as))};
}

result<answer> leave(const environment& env, writing& w, const caller& by, const input& in) {
    const auto done = kernel::leave_conversation(env, w, by, in.id<conversation_id>("conversation"));
    if (!done) return std::unexpected(done.error());
    return answer{};
}

// Judges see a change in one form, whichever operation makes it.
boost::json::object opening(const call& it) {
    return {{"kind", "direct"}, {"members", boost::json::array{it.in.values().at("user")}}};
}
boost::json::object joining(const call& it) {
    return {{"conversation", it.in.values().at("conversation")}, {"user", it.by.user.text()}};
}

std::vector<operation> making_and_finding() {
    return {
        {.name = "conversation.create",
         .method = "POST",
         .path = "/api/v1/conversations",
         .group = "conversations",
         .sentence = "Makes a conversation, with the caller in it; where the same people have one already, gives that.",
         .success = 201,
         .existing = 200,
         .fields = {text_field("kind", 64, "One of the kinds that kinds.list tells; channel when it is not said."),
                    text_field("name", 0, "Needed for kinds that are named."),
                    text_field("description", 0, "What it is for, several lines."),
                    text_field("topic", 0, "What it is about now, one line."),
                    text_field("team", 256, "A free label to group by."),
                    text_field("model", 256, "The model it belongs to, one of the tenant's."), visibility_field(),
                    ids_field("members", most_first_members, "The other first members.")},
         .answers = "ConversationEntry",
         .problems = {403},
         .run = writes(create_conversation),
         .judged_as = "conversation.create"},
        {.name = "direct.open",
         .method = "POST",
         .path = "/api/v1/direct",
         .group = "conversations",
         .sentence = "The conversation of the caller and one other person; it is made when there is none yet.",
         .success = 201,
         .existing = 200,
         .fields = {required(field_of(field_type::id, "user", "The other person's id."))},
         .answers = "ConversationEntry",
         .problems = {403},
         .run = writes(open_direct),
         .judged_as = "conversation.create",
         .judged_input = opening},
        {.name = "conversation.list",
         .method = "GET",
         .path = "/api/v1/conversations",
         .group = "conversations",
         .sentence = "The caller's own conversations, with what is unread in them.",
         .fields = {},
         .answers = "ConversationList",
         .problems = {},
         .run = reads(list_mine)},
        {.name = "conversation.browse",
         .method = "GET",
         .path = "/api/v1/conversations/browse",
         .group = "conversations",
         .sentence = "Public channels by name. Takes the permission channels.browse.",
         .fields = {in_query(text_field("contains", 256, "A part of the name.")),
                    in_query(text_field("after", cursor_bytes, "The `next` of the page before.")), page_limit()},
         .answers = "ConversationPage",
         .problems = {403},
         .run = reads(browse)},
        {.name = "conversation.get",
         .method = "GET",
         .path = "/api/v1/conversations/{conversation}",
         .group = "conversations",
         .sentence = "One conversation that the caller may see.",
         .fields = {which()},
         .answers = "ConversationEntry",
         .problems = {},
         .run = reads(get)},
    };
}

std::vector<operation> changing() {
    return {
        {.name = "conversation.update",
         .method = "PATCH",
         .path = "/api/v1/conversations/{conversation}",
         .group = "conversations",
         .sentence = "Changes what is given; for its admins or who holds the permission that its kind names.",
         .fields = {which(), text_field("name", 0, "The new name."), text_field("description", 0, "Several lines."),
                    text_field("topic", 0, "One line."), text_field("team", 256, "A free label to group by."),
                    visibility_field()},
         .answers = "Conversation",
         .problems = {403, 409},
         .run = writes(update)},
        {.name = "conversation.archive",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/archive",
         .group = "conversations",
         .sentence = "Closes it: it stays readable and takes no new messages.",
         .fields = {which()},
         .answers = "Conversation",
         .problems = {403},
         .run = writes(archive<kernel::archival::archive>),
         .judged_as = "conversation.archive"},
        {.name = "conversation.restore",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/restore",
         .group = "conversations",
         .sentence = "Opens an archived conversation again.",
         .fields = {which()},
         .answers = "Conversation",
         .problems = {403},
         .run = writes(archive<kernel::archival::restore>)},
        {.name = "conversation.delete",
         .method = "DELETE",
         .path = "/api/v1/conversations/{conversation}",
         .group = "conversations",
         .sentence = "Ends it; from then on nobody finds it.",
         .fields = {which()},
         .problems = {403},
         .run = writes(remove)},
        {.name = "conversation.join",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/join",
         .group = "conversations",
         .sentence = "Goes into an open conversation; being in already changes nothing.",
         .fields = {which()},
         .answers = "ConversationEntry",
         .problems = {403, 409},
         .run = writes(join),
         .judged_as = "member.add",
         .judged_input = joining},
        {.name = "conversation.leave",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/leave",
         .group = "conversations",
         .sentence = "Goes out; the last owner cannot while others are in.",
         .fields = {which()},
         .problems = {403, 409},
         .run = writes(leave)},
    };
}

}  // namespace

std::vector<operation> conversation_operations() {
    auto all = making_and_finding();
    for (auto& one : changing()) all.push_back(std::move(one));
    return all;
}

}  // namespace parley::transport

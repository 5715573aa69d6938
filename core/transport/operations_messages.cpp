// Messages: sending, reading, editing, deleting, and deciding about held ones.
#include "kernel/delete_message.hpp"
#include "kernel/edit_message.hpp"
#include "kernel/present_text.hpp"
#include "kernel/read_messages.hpp"
#include "kernel/review_message.hpp"
#include "kernel/send_message.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

using kernel::caller;
using kernel::environment;
using kernel::reading;
using kernel::writing;

field where() { return path_id("conversation", "The conversation's id."); }
field which() { return path_id("message", "The message's id."); }

/// The message as the caller may see it: who really wrote it is for those who may know.
result<answer> shown(const environment& env, reading& from, const caller& by, const result<message_view>& view) {
    if (!view) return std::unexpected(view.error());
    const auto who = kernel::access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    const auto in = kernel::access::see(env, from, *who, view->body->conversation);
    if (!in) return std::unexpected(in.error());
    return answer{200, kernel::present(*view, kernel::viewer_of(*who, *in))};
}

result<answer> shown(const result<kernel::message_page>& page) {
    if (!page) return std::unexpected(page.error());
    auto body =
        listed("messages", page->messages, [&](const message_view& one) { return kernel::present(one, page->reader); });
    body["last_seq"] = page->last_sequence;
    body["more_before"] = page->more_before;
    body["more_after"] = page->more_after;
    return answer{200, std::move(body)};
}

/// The caller wrote it, so nothing of it is hidden from the caller and no right has to be looked up.
answer sent(kernel::sent_message what, kernel::viewer author) {
    answer made{.status = what.repeated ? 200 : 201, .body = {}};
    made.body_later = [view = what.view, author] { return kernel::present(view, author); };
    made.text_later = [view = std::move(what.view), author] { return kernel::present_text(view, author); };
    return made;
}

void send(call it) {
    const auto& in = it.in;
    const kernel::viewer author{.id = it.by.user};
    it.with.messages.send(std::move(it.by),
                          {.conversation = in.id<conversation_id>("conversation"),
                           .type = in.optional_text("type").value_or("text"),
                           .text = in.text("text"),
                           .data = in.object("data").value_or(boost::json::object{}),
                           .reply_to = in.id<message_id>("reply_to"),
                           .thread_root = in.id<message_id>("thread_root"),
                           .client_key = in.text("client_key"),
                           .shown = {}},
                          [author, reply = std::move(it.reply)](result<kernel::sent_message> made) mutable {
                              if (!made) return reply(std::unexpected(std::move(made.error())));
                              reply(sent(std::move(*made), author));
                          });
}

result<answer> list(const environment& env, reading& from, const caller& by, const input& in) {
    if (in.has("before") + in.has("after") + in.has("around") > 1)
        return invalid("cursor_ambiguous", "At most one of \"before\", \"after\" and \"around\" can be given.",
                       "before");
    const auto room = in.id<conversation_id>("conversation");
    const auto limit = static_cast<int>(in.integer("limit", usual_page));
    if (in.has("around")) return shown(kernel::read_around(env, from, by, room, in.integer("around", 1), limit));
    using enum kernel::page_range::direction;
    const kernel::page_range range{.toward = in.has("after") ? after : before,
                                   .from = in.integer("after", in.integer("before", 0)),
                                   .limit = limit};
    return shown(kernel::read_history(env, from, by, room, range));
}

result<answer> list_withheld(const environment& env, reading& from, const caller& by, const input& in) {
    return shown(kernel::read_withheld(env, from, by, in.id<conversation_id>("conversation"),
                                       in.id<message_id>("after"), static_cast<int>(in.integer("limit", usual_page))));
}

result<answer> list_thread(const environment& env, reading& from, const caller& by, const input& in) {
    return shown(kernel::read_thread(env, from, by, in.id<message_id>("message"), in.integer("after", 0),
                                     static_cast<int>(in.integer("limit", usual_page))));
}

result<answer> get(const environment& env, reading& from, const caller& by, const input& in) {
    const auto found = kernel::read_message(env, from, by, in.id<message_id>("message"));
    if (!found) return std::unexpected(found.error());
    return answer{200, kernel::present(found->view, found->reader)};
}

void edit(call it) {
    const auto one = std::make_shared<call>(std::move(it));
    const auto& in = one->in;
    one->with.messages.edit(
        one->by, {.message = in.id<message_id>("message"), .text = in.text("text"), .data = in.object("data")},
        [one](result<kernel::edited_message> edited) {
            if (!edited) return one->reply(std::unexpected(std::move(edited.error())));
            one->reply(answer{200, kernel::present(edited->view, edited->reader)});
        });
}

result<answer> remove(const environment& env, writing& w, const caller& by, const input& in) {
    const auto how = in.boolean("hard").value_or(false) ? kernel::deletion::hard : kernel::deletion::soft;
    const auto done = kernel::delete_message(env, w, by, in.id<message_id>("message"), how);
    if (!done) return std::unexpected(done.error());
    return answer{};
}

result<answer> list_revisions(const environment& env, reading& from, const caller& by, const input& in) {
    const auto all = kernel::message_revisions(env, from, by, in.id<message_id>("message"));
    if (!all) return std::unexpected(all.error());
    return answer{200, listed("revisions", *all, [](const revision& one) { return kernel::present(one); })};
}

result<answer> release(const environment& env, writing& w, const caller& by, const input& in) {
    return shown(env, w, by, kernel::release_message(env, w, by, in.id<message_id>("message")));
}

result<answer> reject(const environment& env, writing& w, const caller& by, const input& in) {
    return shown(env, w, by, kernel::reject_message(env, w, by, in.id<message_id>("message"), in.text("reason")));
}

std::vector<operation> of_a_conversation() {
    return {
        {.name = "message.send",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/messages",
         .group = "messages",
         .sentence =
             "Sends a message; the answer comes when it is stored. A key that is known gives the first message.",
         .success = 201,
         .existing = 200,
         .fields = {where(), text_field("type", 64, "An open type; text when it is not said."),
                    text_field("text", 0, "The words, with light formatting."),
                    field_of(field_type::object, "data", "Typed data beside the text, at most 16 KiB."),
                    field_of(field_type::id, "reply_to", "The message that this one answers."),
                    field_of(field_type::id, "thread_root", "The message whose thread this one belongs to."),
                    text_field("client_key", 64, "The sender's own key; sending it again writes nothing twice.")},
         .answers = "Message",
         .problems = {403, 409},
         .run = send,
         .counted_as = route_class::message},
        {.name = "message.list",
         .method = "GET",
         .path = "/api/v1/conversations/{conversation}/messages",
         .group = "messages",
         .sentence = "A page of history in growing sequence: the newest, or before, after or around a sequence.",
         .fields = {where(), in_query(number_field("before", 1, "Messages before this sequence.")),
                    in_query(number_field("after", 0, "Messages after this sequence.")),
                    in_query(number_field("around", 1, "Messages on both sides of this sequence.")), page_limit()},
         .answers = "MessagePage",
         .problems = {},
         .run = reads(list)},
        {.name = "message.withheld",
         .method = "GET",
         .path = "/api/v1/conversations/{conversation}/messages/withheld",
         .group = "messages",
         .sentence = "Held and rejected messages by id: one's own, or everybody's for reviewers.",
         .fields = {where(), in_query(field_of(field_type::id, "after", "Messages after this one.")), page_limit()},
         .answers = "MessagePage",
         .problems = {},
         .run = reads(list_withheld)},
    };
}

std::vector<operation> of_a_message() {
    return {
        {.name = "message.get",
         .method = "GET",
         .path = "/api/v1/messages/{message}",
         .group = "messages",
         .sentence = "One message.",
         .fields = {which()},
         .answers = "Message",
         .problems = {},
         .run = reads(get)},
        {.name = "message.edit",
         .method = "PATCH",
         .path = "/api/v1/messages/{message}",
         .group = "messages",
         .sentence = "Changes what a message says; what it said before is kept as a revision.",
         .fields = {which(), required(text_field("text", 0, "The new words.")),
                    field_of(field_type::object, "data", "The new typed data; as it was when it is not said.")},
         .answers = "Message",
         .problems = {403, 409},
         .run = edit,
         .counted_as = route_class::message},
        {.name = "message.delete",
         .method = "DELETE",
         .path = "/api/v1/messages/{message}",
         .group = "messages",
         .sentence = "Takes a message's words away and leaves its place; hard: leaves nothing.",
         .fields = {which(), in_query(field_of(field_type::boolean, "hard",
                                               "For good. Takes the permission messages.delete_hard."))},
         .problems = {403},
         .run = guarded("message.delete", "message", remove),
         .counted_as = route_class::message},
        {.name = "message.revisions",
         .method = "GET",
         .path = "/api/v1/messages/{message}/revisions",
         .group = "messages",
         .sentence = "What a message said before each edit, oldest first.",
         .fields = {which()},
         .answers = "RevisionList",
         .problems = {},
         .run = reads(list_revisions)},
        {.name = "message.thread",
         .method = "GET",
         .path = "/api/v1/messages/{message}/thread",
         .group = "messages",
         .sentence = "The replies of a thread in growing sequence.",
         .fields = {which(), in_query(number_field("after", 0, "Replies after this sequence.")), page_limit()},
         .answers = "MessagePage",
         .problems = {},
         .run = reads(list_thread)},
        {.name = "message.release",
         .method = "POST",
         .path = "/api/v1/messages/{message}/release",
         .group = "messages",
         .sentence =
             "Publishes a held message now; what only a plugin can let through stays held. Takes the permission "
             "messages.review.",
         .fields = {which()},
         .answers = "Message",
         .problems = {403, 409},
         .run = writes(release)},
        {.name = "message.reject",
         .method = "POST",
         .path = "/api/v1/messages/{message}/reject",
         .group = "messages",
         .sentence = "Refuses a held message for good. Takes the permission messages.review.",
         .fields = {which(), required(text_field("reason", 4000, "Why, for the author; 1 to 500 characters."))},
         .answers = "Message",
         .problems = {403, 409},
         .run = writes(reject)},
    };
}

}  // namespace

std::vector<operation> message_operations() {
    auto all = of_a_conversation();
    for (auto& one : of_a_message()) all.push_back(std::move(one));
    return all;
}

}  // namespace parley::transport

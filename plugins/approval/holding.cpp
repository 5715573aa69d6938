// A held message is queued when its event comes, because only then it has an id.
#include "holding.hpp"

#include <array>

#include "entities.hpp"
#include "policy.hpp"
#include "queue.hpp"

namespace approval {
namespace {

namespace json = sdk::json;

/// The part of the API's message that matters here.
struct holding {
    std::string holder;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(holding, (), (holder, reason))
struct held_message {
    sdk::id id;
    sdk::id conversation;
    std::optional<sdk::id> author;
    std::string type;
    std::string text;
    std::optional<json::object> data;
    std::optional<std::vector<holding>> held_by;
};
BOOST_DESCRIBE_STRUCT(held_message, (), (id, conversation, author, type, text, data, held_by))
struct about_held {
    held_message message;
};
BOOST_DESCRIBE_STRUCT(about_held, (), (message))
struct ended_message {
    sdk::id id;
    std::optional<std::string> state_reason;
};
BOOST_DESCRIBE_STRUCT(ended_message, (), (id, state_reason))
struct about_ended {
    ended_message message;
};
BOOST_DESCRIBE_STRUCT(about_ended, (), (message))

/// A rule, and what the author reads of it. The kernel keeps the sentence, and by it the rule is known again.
struct rule {
    std::string_view why;
    std::string_view sentence;
};
constexpr std::array<rule, 3> rules{{{"first_of_guest", "Somebody looks at a guest's first message before others do."},
                                     {"link", "Somebody looks at messages with links before others do."},
                                     {"word", "Somebody looks at this message before others do."}}};

std::string sentence_of(std::string_view why) {
    for (const auto& one : rules)
        if (one.why == why) return std::string(one.sentence);
    return {};
}

/// Also those that are held because this plugin did not answer.
std::string why_of(const std::string& sentence) {
    for (const auto& one : rules)
        if (one.sentence == sentence) return std::string(one.why);
    return "not_checked";
}

/// Text and data: clients show both.
std::string everything_in(std::string_view text, std::string_view data) {
    return std::string(text) + "\n" + std::string(data);
}

item_row row_of(const held_message& what, const sdk::event& event, const holding& by) {
    item_row row;
    row.tenant = event.tenant.number();
    row.kind = boost::describe::enum_to_string(item_kind::message, "");
    row.subject = what.id.number();
    row.model = event.model;
    row.conversation = what.conversation.number();
    row.author = what.author.value_or(sdk::id()).number();
    row.type = what.type;
    row.bytes = static_cast<std::int64_t>(what.text.size());
    row.text = what.text;
    if (what.data && !what.data->empty()) row.data = json::serialize(*what.data);
    row.why = why_of(by.reason);
    return row;
}

template <class Change>
sdk::task<> change_item(sdk::event event, Change change) {
    const auto what = co_await event.as<about_ended>();
    co_await event.storage([&](sdk::transaction& t) {
        const auto row = find_subject(t.db(), event.tenant, item_kind::message, what.message.id);
        if (row != nullptr) change(t, *row, what.message.state_reason.value_or(""));
    });
}

}  // namespace

sdk::task<sdk::send_verdict> judge_message(sdk::kept_draft draft) {
    const auto here = draft.settings<settings>();
    if (is_exempt(draft.author_role, *here)) co_return sdk::pass();
    const auto why = why_text_waits(everything_in(draft.text, draft.data), *here);
    if (!why.empty()) co_return sdk::hold(sentence_of(why));
    if (!here->hold_first_of_guest || draft.author_role != "guest") co_return sdk::pass();
    const bool is_known =
        co_await draft.storage([&](odb::database& db) { return has_approved_message(db, draft.tenant, draft.author); });
    if (is_known) co_return sdk::pass();
    co_return sdk::hold(sentence_of("first_of_guest"));
}

sdk::verdict judge_edit(const sdk::draft& draft) {
    const auto here = draft.settings<settings>();
    if (is_exempt(draft.author_role, *here)) return sdk::pass();
    if (why_text_waits(everything_in(draft.text, draft.data), *here).empty()) return sdk::pass();
    return sdk::refuse("approval_needed",
                       "Somebody would have to look at this first; send it as a message of its own.");
}

sdk::task<bool> message_was_held(sdk::event event) {
    const auto what = (co_await event.as<about_held>()).message;
    const auto due = event.settings<settings>()->due_minutes;
    for (const auto& by : what.held_by.value_or(std::vector<holding>{})) {
        if (by.holder != PARLEY_PLUGIN_ID) continue;
        const auto row = row_of(what, event, by);
        co_return co_await event.storage([&](sdk::transaction& t) {
            bool is_new = false;
            (void)enqueue(t, row, due, is_new);
            return is_new;
        });
    }
    co_return false;
}

sdk::task<> message_was_rejected(sdk::event event) { return change_item(std::move(event), was_rejected); }

sdk::task<> message_was_withdrawn(sdk::event event) {
    return change_item(std::move(event),
                       [](sdk::transaction& t, item_row& row, const std::string&) { forget(t, row); });
}

sdk::task<> message_was_purged(sdk::event event) { return message_was_withdrawn(std::move(event)); }

}  // namespace approval

// Reactions: emoji on messages, one of each per user.
#include <parley/storage.hpp>
#include <parley/web_files.hpp>

#include "emoji.hpp"
#include "rows.hpp"

namespace reactions {
namespace {

struct settings {
    std::int64_t max_per_message = 40;
    std::vector<std::string> custom;
};
BOOST_DESCRIBE_STRUCT(settings, (), (max_per_message, custom))

struct pick {
    sdk::id message;
    sdk::text<128> emoji;
};
BOOST_DESCRIBE_STRUCT(pick, (), (message, emoji))

struct others_pick : pick {
    sdk::id user;
};
BOOST_DESCRIBE_STRUCT(others_pick, (pick), (user))

struct one_message {
    sdk::id message;
};
BOOST_DESCRIBE_STRUCT(one_message, (), (message))

struct page_request : pick {
    std::optional<sdk::id> after;
    std::optional<sdk::whole<1, 200>> limit;
};
BOOST_DESCRIBE_STRUCT(page_request, (pick), (after, limit))

struct batch {
    sdk::ids<100> messages;
};
BOOST_DESCRIBE_STRUCT(batch, (), (messages))

struct shown_batch {
    std::vector<shown_message> messages;
};
BOOST_DESCRIBE_STRUCT(shown_batch, (), (messages))

/// What an event says, and what a change is answered with.
struct change {
    sdk::id message;
    std::string emoji;
    sdk::id user;
    std::int64_t count;
};
BOOST_DESCRIBE_STRUCT(change, (), (message, emoji, user, count))

/// The part of the API's message that matters here.
struct message {
    sdk::id id;
    sdk::id conversation;
    std::string state;
    std::optional<std::string> deleted_at;
};
BOOST_DESCRIBE_STRUCT(message, (), (id, conversation, state, deleted_at))

/// The part of message.deleted and message.purged that matters here.
struct gone_message {
    sdk::id id;
};
BOOST_DESCRIBE_STRUCT(gone_message, (), (id))
struct gone {
    gone_message message;
};
BOOST_DESCRIBE_STRUCT(gone, (), (message))

const std::string under_message = "/api/v1/messages/{message}/reactions";

class plugin : public sdk::with_web_piece {
public:
    void setup(sdk::registry<plugin>& on) {
        offer_web_piece(on, {.plugin = "reactions", .style = true});
        const std::map<std::string, std::string> fields{
            {"message", "The message's id."},
            {"emoji", "One emoji, or `:name:` of one of the tenant's own."},
            {"user", "Whose reaction it is."},
            {"after", "Users with a greater id than this one's."},
            {"limit", "How many at most; 50 when it is not said."},
            {"messages", "Ids of at most 100 messages; those that the caller does not see are left out."}};
        const auto emoji = under_message + "/{emoji}";
        on.command("reaction.add", "reactions.add", {"PUT", emoji, "Puts an emoji on a message.", fields},
                   &plugin::add);
        on.command("reaction.remove", "reactions.add", {"DELETE", emoji, "Takes one's own emoji back.", fields},
                   &plugin::remove);
        on.command("reaction.remove_other", "reactions.remove_others",
                   {"DELETE", emoji + "/{user}", "Takes somebody's emoji away.", fields}, &plugin::remove_other);
        on.command("reaction.of", "reactions.see", {"GET", under_message, "The reactions to a message.", fields},
                   &plugin::of);
        on.command("reaction.users", "reactions.see", {"GET", emoji, "Who put an emoji on a message, by id.", fields},
                   &plugin::users);
        on.command("reaction.list", "reactions.see",
                   {"GET", "/api/v1/reactions", "The reactions to a page of messages.", fields}, &plugin::list);
        on.after("message.deleted", &plugin::forget_message);
        on.after("message.purged", &plugin::forget_message);
        changes_ = on.counter("changes", "Reactions that were added and taken away.");
    }

private:
    sdk::task<change> add(sdk::call call, pick in) {
        const auto here = call.settings<settings>();
        const auto emoji = co_await checked(in.emoji, here->custom);
        const auto on = co_await call.invoke<message>("message.get", one_message{in.message});
        if (on.state != "published" || on.deleted_at)
            co_return sdk::conflict("message_closed", "There is no reacting to a message that is deleted or held.");
        const reaction what{call.tenant, in.message, emoji, call.user};
        co_return co_await call.storage([&](sdk::transaction& t) -> sdk::result<change> {
            const auto done = reactions::add(t.db(), what, here->max_per_message);
            if (!done) return done.error();
            return tell(t, "reaction.added", on.conversation, what, *done);
        });
    }

    sdk::task<change> remove(sdk::call call, pick in) { return take_away(call, in, call.user); }
    sdk::task<change> remove_other(sdk::call call, others_pick in) { return take_away(call, in, in.user); }

    sdk::task<change> take_away(sdk::call call, pick in, sdk::id user) {
        // One that has since been taken off the tenant's list can still be taken back.
        const auto plain = canonical_emoji(in.emoji);
        const reaction what{call.tenant, in.message, plain ? *plain : std::string(in.emoji), user};
        const auto on = co_await call.invoke<message>("message.get", one_message{in.message});
        co_return co_await call.storage([&](sdk::transaction& t) {
            return tell(t, "reaction.removed", on.conversation, what, reactions::remove(t.db(), what));
        });
    }

    sdk::task<shown_message> of(sdk::call call, one_message in) {
        co_await call.invoke<message>("message.get", in);
        const std::vector<sdk::id> one{in.message};
        const auto all =
            co_await call.storage([&](odb::database& db) { return show(db, call.tenant, one, call.user); });
        co_return all.front();
    }

    sdk::task<page_of_users> users(sdk::call call, page_request in) {
        const auto plain = canonical_emoji(in.emoji);
        const reaction after{call.tenant, in.message, plain ? *plain : std::string(in.emoji),
                             in.after.value_or(sdk::id())};
        co_await call.invoke<message>("message.get", one_message{in.message});
        co_return co_await call.storage([&](odb::database& db) { return users_of(db, after, in.limit.value_or(50)); });
    }

    sdk::task<shown_batch> list(sdk::call call, batch in) {
        std::vector<sdk::id> seen;
        for (const auto one : in.messages) {
            const auto found = co_await call.invoke<message>("message.get", one_message{one}).as_result();
            if (found) seen.push_back(one);
        }
        co_return co_await call.storage(
            [&](odb::database& db) { return shown_batch{show(db, call.tenant, seen, call.user)}; });
    }

    sdk::task<> forget_message(sdk::event event) {
        const auto what = co_await event.as<gone>();
        co_await event.storage([&](odb::database& db) { forget(db, event.tenant, what.message.id); });
    }

    /// The answer; and if anything changed, the event.
    change tell(sdk::transaction& t, std::string_view type, sdk::id conversation, const reaction& what,
                const counted& done) const {
        const change said{what.message, what.emoji, what.user, done.count};
        if (!done.changed) return said;
        t.say(type, said, {.conversation = conversation, .user = {}, .message = what.message});
        changes_.add();
        return said;
    }

    static sdk::result<std::string> checked(std::string_view text, const std::vector<std::string>& custom) {
        if (auto known = canonical_emoji(text, custom)) return *std::move(known);
        return sdk::invalid("emoji", "emoji_unknown", "This is neither one emoji nor one of this place's own.");
    }

    sdk::counter changes_;
};

}  // namespace
}  // namespace reactions

PARLEY_PLUGIN(reactions::plugin);

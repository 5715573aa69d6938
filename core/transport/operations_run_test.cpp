// Every operation called as a client calls it, and every answer and event held against the documents' schemas.
#include <gtest/gtest.h>

#include "kernel/accounts.hpp"
#include "kernel/events.hpp"
#include "kernel/follow_log.hpp"
#include "transport/testing/front.hpp"
#include "transport/testing/schema_check.hpp"

namespace parley::transport {
namespace {
namespace json = boost::json;
using testing::front;
using testing::misfit;
using testing::text_of;

class operations_run : public ::testing::Test {
protected:
    front at;
    user_id ann = at.house.add_user("ann", "manager");
    user_id bob = at.house.add_user("bob", "staff");
    user_id eve = at.house.add_user("eve", "guest");

    std::string make_channel(user_id by, json::array members = {}) {
        const auto made = at.ask("conversation.create", by,
                                 {{"name", "Garden"}, {"visibility", "public"}, {"members", std::move(members)}}, 201);
        return text_of(made.at("conversation").as_object(), "id");
    }
    json::object send(user_id by, const std::string& in, json::object what) {
        what["conversation"] = in;
        return at.ask("message.send", by, std::move(what), 201);
    }
    std::size_t messages(user_id by, json::object given) {
        return at.ask("message.list", by, std::move(given)).at("messages").as_array().size();
    }
};

TEST_F(operations_run, signing_in_says_the_same_to_everybody_who_may_not) {
    const auto cat = at.add_user_with_password("cat", "purr");
    const auto dan = at.add_user_with_password("dan", "woof");
    ASSERT_TRUE(at.house
                    .write([&](kernel::writing& w) {
                        return kernel::change_account(at.house.env, w, at.house.system(),
                                                      {.user = dan, .disabled = true});
                    })
                    .has_value());
    const auto in = at.ask("session.open", {}, {{"username", "Cat"}, {"password", "purr"}}, 201);
    EXPECT_EQ(text_of(in.at("user").as_object(), "id"), cat.text());
    EXPECT_TRUE(text_of(in, "token").starts_with("prl_"));

    const auto said = [&](const char* name, const char* password) {
        return at.code("session.open", {}, {{"username", name}, {"password", password}});
    };
    EXPECT_EQ(said("cat", "wrong"), "sign_in_failed");
    EXPECT_EQ(said("nobody", "purr"), "sign_in_failed");
    EXPECT_EQ(said("not a username", "purr"), "sign_in_failed");
    EXPECT_EQ(said("dan", "woof"), "sign_in_failed");
    EXPECT_EQ(said("ann", "she has none"), "sign_in_failed");
    EXPECT_EQ(said("cat", ""), "password_empty");
    at.hashing_refused = true;
    EXPECT_EQ(said("cat", "purr"), "sign_in_busy");
}

TEST_F(operations_run, a_token_ends_with_its_connections) {
    const auto made = at.ask("token.create", ann, {{"name", "Laptop"}, {"expires_at", "2027-02-01T00:00:00Z"}}, 201);
    EXPECT_EQ(text_of(made, "expires_at"), "2027-02-01T00:00:00.000000Z");
    at.session = token_id::parse(text_of(at.ask("token.create", ann, {{"name", "Phone"}}, 201), "id")).value();
    EXPECT_EQ(at.ask("token.list", ann, {}).at("tokens").as_array().size(), 2U);
    EXPECT_EQ(at.code("token.revoke", bob, {{"token", made.at("id")}}), "not_found");
    const auto before = at.house.log_end();
    at.ask("token.revoke", ann, {{"token", made.at("id")}});
    at.ask("session.close", ann, {});
    std::vector<std::string> ended;
    for (const auto& one : at.house.log_after(before)) ended.push_back(text_of(one.data, "session"));
    EXPECT_EQ(ended, (std::vector<std::string>{text_of(made, "id"), at.session.text()}));
    EXPECT_TRUE(at.ask("token.list", ann, {}).at("tokens").as_array().empty());
}

TEST_F(operations_run, people_are_listed_in_pages) {
    std::vector<std::string> seen;
    for (json::object given{{"limit", 2}};;) {
        const auto page = at.ask("user.list", ann, given);
        for (const auto& one : page.at("users").as_array()) seen.push_back(text_of(one.as_object(), "username"));
        if (page.at("next").is_null()) break;
        given["after"] = page.at("next");
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"ann", "bob", "eve"}));
    EXPECT_EQ(at.code("user.list", eve, {}), "permission_missing");
    EXPECT_EQ(at.code("user.get", eve, {{"user", ann.text()}}), "not_found");
    EXPECT_EQ(text_of(at.ask("user.get", ann, {{"user", eve.text()}}), "username"), "eve");
    const auto me =
        at.ask("user.update", bob,
               {{"display_name", "Robert"}, {"status_text", "away"}, {"status_expires_at", "2030-01-01T00:00:00Z"}});
    EXPECT_EQ(me.at("display_name"), "Robert");
    EXPECT_EQ(at.ask("user.me", bob, {}), me);
    EXPECT_EQ(me.at("role"), "staff");
}

TEST_F(operations_run, channels_are_browsed_in_pages) {
    for (const auto* name : {"b.c", "b.c", "a"})
        at.ask("conversation.create", bob, {{"kind", "channel"}, {"name", name}, {"visibility", "public"}}, 201);
    std::vector<std::string> seen;
    for (json::object given{{"limit", 1}};;) {
        const auto page = at.ask("conversation.browse", ann, given);
        for (const auto& one : page.at("conversations").as_array()) {
            EXPECT_TRUE(one.at("membership").is_null());
            seen.push_back(text_of(one.at("conversation").as_object(), "name"));
        }
        if (page.at("next").is_null()) break;
        given["after"] = page.at("next");
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"a", "b.c", "b.c"}));
    EXPECT_EQ(at.code("conversation.browse", ann, {{"after", "b.c"}}), "cursor_invalid");
    EXPECT_EQ(at.code("conversation.browse", ann, {{"after", "12"}}), "cursor_invalid");
    EXPECT_EQ(at.code("conversation.browse", eve, {}), "permission_missing");
}

TEST_F(operations_run, a_conversation_is_changed_closed_and_ended) {
    const auto room = make_channel(bob);
    const json::object which{{"conversation", room}};
    const auto changed =
        at.ask("conversation.update", bob, {{"conversation", room}, {"topic", "Roses"}, {"visibility", "unlisted"}});
    EXPECT_EQ(changed.at("topic"), "Roses");
    EXPECT_EQ(changed.at("name"), "Garden");
    EXPECT_EQ(changed.at("visibility"), "unlisted");
    EXPECT_TRUE(at.ask("conversation.archive", bob, which).at("archived_at").is_string());
    EXPECT_TRUE(at.ask("conversation.restore", bob, which).at("archived_at").is_null());
    EXPECT_EQ(at.ask("conversation.get", bob, which).at("membership").at("role"), "owner");
    EXPECT_EQ(at.code("conversation.get", eve, which), "not_found");
    at.ask("conversation.delete", bob, which);
    EXPECT_EQ(at.code("conversation.get", bob, which), "not_found");
}

TEST_F(operations_run, people_come_and_go) {
    const auto room = make_channel(bob);
    const json::object which{{"conversation", room}};
    const auto with = [&](user_id who) { return json::object{{"conversation", room}, {"user", who.text()}}; };
    EXPECT_EQ(at.ask("conversation.join", ann, which).at("membership").at("role"), "member");
    EXPECT_EQ(at.ask("member.add", bob, with(eve)).at("user").at("username"), "eve");
    auto to_admin = with(eve);
    to_admin["role"] = "admin";
    EXPECT_EQ(at.ask("member.update", bob, to_admin).at("role"), "admin");
    EXPECT_EQ(at.code("conversation.leave", bob, which), "last_owner");
    const auto first = at.ask("member.list", ann, {{"conversation", room}, {"limit", 2}});
    EXPECT_EQ(first.at("members").as_array().size(), 2U);
    const auto rest = at.ask("member.list", ann, {{"conversation", room}, {"limit", 2}, {"after", first.at("next")}});
    EXPECT_EQ(rest.at("members").as_array().size(), 1U);
    EXPECT_TRUE(rest.at("next").is_null());
    at.ask("member.remove", bob, with(eve));
    auto to_ban = with(eve);
    to_ban["until"] = "2040-01-31T09:30:00Z";
    to_ban["reason"] = "Advertised.";
    EXPECT_EQ(at.ask("member.ban", bob, to_ban).at("until"), "2040-01-31T09:30:00.000000Z");
    EXPECT_EQ(at.code("member.ban", bob, with(ann)), "not_allowed") << "who manages all channels";
    EXPECT_EQ(at.code("member.add", bob, with(eve)), "user_banned");
    const auto banned = at.ask("member.bans", bob, which);
    ASSERT_EQ(banned.at("bans").as_array().size(), 1U);
    EXPECT_EQ(banned.at("bans").at(0).at("reason"), "Advertised.");
    at.ask("member.unban", bob, with(eve));
    at.ask("conversation.leave", ann, which);
    EXPECT_EQ(at.ask("conversation.list", ann, {}).at("conversations").as_array().size(), 1U);  // the personal one
    EXPECT_EQ(at.ask("direct.open", ann, {{"user", bob.text()}}, 201),
              at.ask("direct.open", ann, {{"user", bob.text()}}, 200));
}

TEST_F(operations_run, a_message_is_sent_once_for_its_key) {
    const auto room = make_channel(bob);
    const json::object what{
        {"conversation", room}, {"text", "Hello *there*"}, {"data", {{"mood", "good"}}}, {"client_key", "k1"}};
    const auto first = at.ask("message.send", bob, what, 201);
    EXPECT_EQ(at.ask("message.send", bob, what, 200), first);
    EXPECT_EQ(first.at("type"), "text");
    EXPECT_EQ(first.at("author"), json::value(bob.text()));
    EXPECT_EQ(first.at("data"), (json::object{{"mood", "good"}}));
    EXPECT_EQ(at.code("message.send", eve, {{"conversation", room}, {"text", "let me in"}}), "not_found");
}

TEST_F(operations_run, history_is_read_from_every_side) {
    const auto room = make_channel(bob);
    for (int i = 1; i <= 5; ++i) send(bob, room, {{"text", std::to_string(i)}});
    EXPECT_EQ(messages(bob, {{"conversation", room}}), 5U);
    EXPECT_EQ(messages(bob, {{"conversation", room}, {"before", 3}}), 2U);
    EXPECT_EQ(messages(bob, {{"conversation", room}, {"before", 1}}), 0U);
    EXPECT_EQ(messages(bob, {{"conversation", room}, {"after", 3}}), 2U);
    EXPECT_EQ(messages(bob, {{"conversation", room}, {"after", 0}, {"limit", 4}}), 4U);
    const auto around = at.ask("message.list", bob, {{"conversation", room}, {"around", 3}, {"limit", 2}});
    EXPECT_EQ(around.at("messages").at(0).at("seq"), 2);
    EXPECT_EQ(around.at("messages").at(1).at("seq"), 3);
    EXPECT_EQ(around.at("last_seq"), 5);
    for (const auto* second : {"after", "around"}) {
        json::object both{{"conversation", room}, {"before", 3}};
        both[second] = 2;
        EXPECT_EQ(at.code("message.list", bob, both), "cursor_ambiguous") << second;
    }
    EXPECT_EQ(at.code("message.list", bob, {{"conversation", room}, {"limit", 201}}), "field_range");
}

TEST_F(operations_run, a_message_is_edited_answered_and_deleted) {
    const auto room = make_channel(bob, {ann.text()});
    const auto root = send(bob, room, {{"text", "Who waters?"}});
    const auto reply =
        send(ann, room, {{"text", "@bob you"}, {"reply_to", root.at("id")}, {"thread_root", root.at("id")}});
    EXPECT_EQ(reply.at("reply_to").at("text"), "Who waters?");
    EXPECT_EQ(reply.at("mentions").at(0), json::value(bob.text()));
    const json::object which{{"message", reply.at("id")}};
    EXPECT_EQ(at.ask("message.thread", bob, {{"message", root.at("id")}}).at("messages").as_array().size(), 1U);
    EXPECT_EQ(at.ask("message.edit", ann, {{"message", reply.at("id")}, {"text", "Me"}}).at("text"), "Me");
    EXPECT_EQ(at.ask("message.get", bob, which).at("text"), "Me");
    const auto before = at.ask("message.revisions", bob, which);
    EXPECT_EQ(before.at("revisions").at(0).at("text"), "@bob you");
    at.ask("message.delete", ann, which);
    EXPECT_TRUE(at.ask("message.get", bob, which).at("deleted_at").is_string());
    EXPECT_EQ(at.code("message.delete", bob, {{"message", reply.at("id")}, {"hard", true}}), "permission_missing");
    at.ask("message.delete", ann, {{"message", reply.at("id")}, {"hard", true}});
    EXPECT_EQ(at.code("message.get", bob, which), "not_found");
}

TEST_F(operations_run, a_held_message_is_decided) {
    const auto room = make_channel(bob, {ann.text(), eve.text()});
    const auto one = send(bob, room, {{"text", "(hold) one"}});
    const auto two = send(bob, room, {{"text", "(hold) two"}});
    EXPECT_EQ(one.at("state"), "held");
    EXPECT_TRUE(one.at("seq").is_null());
    const json::object where{{"conversation", room}};
    EXPECT_EQ(at.ask("message.withheld", ann, where).at("messages").as_array().size(), 2U);
    EXPECT_TRUE(at.ask("message.withheld", eve, where).at("messages").as_array().empty());
    EXPECT_EQ(at.ask("message.release", ann, {{"message", one.at("id")}}).at("seq"), 1);
    const auto no = at.ask("message.reject", ann, {{"message", two.at("id")}, {"reason", "Off topic."}});
    EXPECT_EQ(no.at("state_reason"), "Off topic.");
    EXPECT_EQ(at.code("message.release", ann, {{"message", two.at("id")}}), "message_decided");
}

TEST_F(operations_run, the_author_behind_a_persona_is_for_who_may_know) {
    const auto room = make_channel(bob, {ann.text(), eve.text()});
    const auto in = conversation_id::parse(room).value();
    const auto said = at.house.send_as(bob, in, "I am the gardener", kernel::testing::persona(7, "Gardener"));
    const json::object which{{"message", said.id.text()}};
    EXPECT_FALSE(at.ask("message.get", eve, which).contains("author"));
    EXPECT_EQ(at.ask("message.get", ann, which).at("author"), json::value(bob.text()));
    EXPECT_EQ(at.ask("message.get", bob, which).at("author"), json::value(bob.text()));
    const auto edited = at.ask("message.edit", bob, {{"message", said.id.text()}, {"text", "I am a gardener"}});
    EXPECT_EQ(edited.at("author"), json::value(bob.text()));
}

TEST_F(operations_run, reading_and_pinning_are_ones_own) {
    const auto room = make_channel(bob, {ann.text()});
    for (const auto* text : {"one", "two", "@ann three"}) send(bob, room, {{"text", text}});
    const auto read = at.ask("read.mark", ann, {{"conversation", room}, {"seq", 2}});
    EXPECT_EQ(read.at("unread"), 1);
    EXPECT_EQ(read.at("mentions"), 1);
    EXPECT_EQ(at.ask("read.unmark", ann, {{"conversation", room}, {"seq", 1}}).at("unread"), 3);
    EXPECT_EQ(at.code("read.mark", ann, {{"conversation", room}, {"seq", 4}}), "seq_invalid");
    const auto mine = at.ask("membership.update", ann, {{"conversation", room}, {"pinned", true}, {"notify", "none"}});
    EXPECT_TRUE(mine.at("pinned_at").is_string());
    EXPECT_EQ(mine.at("notify"), "none");
    EXPECT_TRUE(
        at.ask("membership.update", ann, {{"conversation", room}, {"pinned", false}}).at("pinned_at").is_null());
}

TEST_F(operations_run, presence_is_told_of_contacts_only) {
    make_channel(bob, {ann.text()});
    const auto seen = at.ask("presence.get", ann, {{"users", {bob.text(), eve.text(), "5"}}});
    ASSERT_EQ(seen.at("presence").as_array().size(), 1U);
    EXPECT_EQ(seen.at("presence").at(0).at("user"), json::value(bob.text()));
    at.ask("presence.set", ann, {{"presence", "busy"}});
    EXPECT_EQ(at.code("presence.set", ann, {{"presence", "offline"}}), "field_choice");
    EXPECT_EQ(at.room.notes, (std::vector<std::string>{"chose busy"}));
}

TEST_F(operations_run, typing_is_for_who_may_write_there) {
    const auto room = make_channel(bob);
    const json::object where{{"conversation", room}};
    at.ask("typing.start", bob, where);
    at.ask("typing.stop", bob, where);
    EXPECT_EQ(at.code("typing.start", eve, where), "not_found");
    EXPECT_EQ(at.code("typing.start", ann, where), "not_allowed");
    EXPECT_EQ(at.code("typing.stop", ann, where), "not_allowed");
    at.ask("conversation.archive", bob, where);
    EXPECT_EQ(at.code("typing.start", bob, where), "conversation_archived");
    EXPECT_EQ(at.room.notes, (std::vector<std::string>{"typing for 6", "stopped typing"}));
}

TEST_F(operations_run, a_snapshot_and_the_log_go_on_from_each_other) {
    at.house.settings.now.models["rose"] = {};
    const auto room = make_channel(bob, {ann.text()});
    at.ask("direct.open", ann, {{"user", bob.text()}}, 201);
    const auto taken = at.ask("snapshot.get", ann, {});
    EXPECT_EQ(taken.at("position"), at.house.log_end());
    EXPECT_EQ(taken.at("conversations").as_array().size(), 3U);
    EXPECT_EQ(taken.at("people").at(0).at("username"), "bob");
    EXPECT_EQ(taken.at("presence").as_array().size(), 2U);
    EXPECT_TRUE(taken.at("limits").at("models").as_object().contains("rose"));
    send(bob, room, {{"text", "news"}});
    const auto page = at.ask("events.get", ann, {{"since", taken.at("position")}});
    EXPECT_EQ(page.at("events").at(0).at("data").at("message").at("text"), "news");
    EXPECT_EQ(page.at("upto"), page.at("log_end"));
    EXPECT_EQ(page.at("more"), false);
    EXPECT_EQ(at.ask("events.get", ann, {{"since", 0}, {"limit", 1}}).at("more"), true);
    EXPECT_EQ(at.code("events.get", ann, {{"since", 9999}}), "snapshot_needed");
    at.ask("events.wait", ann, {{"since", 7}});
    EXPECT_EQ(at.room.notes.back(), "waits after 7");
    EXPECT_EQ(at.code("snapshot.get", user_id{5}, {}), "not_signed_in");
}

TEST_F(operations_run, the_server_says_what_it_is) {
    at.house.settings.now.display_name = "The Inn";
    EXPECT_EQ(at.ask("server.info", {}, {}).at("tenant").at("display_name"), "The Inn");
    EXPECT_EQ(at.ask("kinds.list", ann, {}).at("kinds").as_array().size(), at.house.kinds.all().size());
    const auto rights = at.ask("permissions.list", ann, {});
    EXPECT_EQ(rights.at("permissions").as_array().size(), at.house.permissions.all().size());
    EXPECT_EQ(rights.at("roles").at(0).at("name"), "guest");
}

/// A life with every event of the log in it.
TEST_F(operations_run, every_event_fits_its_schema) {
    auto& in = at.house;
    const auto room = make_channel(bob, {ann.text()});
    const auto which = [&](json::object more = {}) {
        more["conversation"] = room;
        return more;
    };
    at.ask("member.add", bob, which({{"user", eve.text()}}));
    at.ask("member.update", bob, which({{"user", eve.text()}, {"role", "admin"}}));
    const auto root = send(bob, room, {{"text", "@ann *look* https://example.org `x`"}});
    const auto reply =
        send(ann, room, {{"text", "#a\n> b"}, {"reply_to", root.at("id")}, {"thread_root", root.at("id")}});
    at.ask("message.edit", bob, {{"message", root.at("id")}, {"text", "[x](https://example.org)\n```c\ny\n```"}});
    at.ask("message.delete", ann, {{"message", reply.at("id")}});
    at.ask("message.delete", ann, {{"message", reply.at("id")}, {"hard", true}});
    const auto held = send(bob, room, {{"text", "(hold)"}});
    at.ask("message.reject", ann, {{"message", held.at("id")}, {"reason", "No."}});
    at.ask("message.delete", bob, {{"message", held.at("id")}});
    in.send_as(bob, conversation_id::parse(room).value(), "I am", kernel::testing::persona(7, "Gardener"));
    at.ask("read.mark", eve, which({{"seq", 1}}));
    at.ask("membership.update", eve, which({{"pinned", true}}));
    at.ask("member.remove", bob, which({{"user", eve.text()}}));
    at.ask("user.update", ann, {{"display_name", "Anna"}});
    at.ask("conversation.update", bob, which({{"topic", "Roses"}}));
    at.ask("session.end", ann, {{"session", at.ask("token.create", ann, {{"name", "x"}}, 201).at("id")}});
    ASSERT_TRUE(in.write([&](kernel::writing& w) {
                      return kernel::change_account(in.env, w, in.system(), {.user = eve, .role = "staff"});
                  }).has_value());
    at.ask("conversation.delete", bob, which());

    std::set<std::string> seen;
    auto log = in.log_after(0);
    for (const bool filled : {false, true}) {
        if (filled)
            in.read([&](kernel::reading& from) {
                kernel::fill_views(from, log);
                return 0;
            });
        for (const auto& one : log)
            for (const bool sees_authors : {false, true}) {
                seen.insert(one.type);
                const auto shown = kernel::present(one, {.id = eve, .sees_authors = sees_authors});
                EXPECT_EQ(misfit("Event." + one.type, shown), "");
                EXPECT_TRUE(misfit("Event", shown).empty()) << one.type;
            }
    }
    for (const auto& info : kernel::events::all()) EXPECT_TRUE(seen.contains(std::string(info.type))) << info.type;
}

}  // namespace
}  // namespace parley::transport

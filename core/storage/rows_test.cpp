// Every question and every write of the kernel's ports, on both databases.
#include <gmock/gmock.h>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const auto key = kernel::rows;
const tenant_id other_tenant{2};

template <class Range>
std::vector<std::int64_t> ids(const Range& of) {
    std::vector<std::int64_t> all;
    for (const auto& one : of) all.push_back(one.id.value);
    return all;
}

class rows_test : public store_test {};

TEST_P(rows_test, users_and_tokens) {
    auto ann = make_user(11, "ann");
    ann.display_name = "Änne O'Hara 👩‍🚀";
    ann.password_hash = "$argon2id$";
    ann.status_text = "50% \\ done_";
    ann.status_expires_at = noon + std::chrono::hours(1);
    ann.disabled_at = noon + std::chrono::microseconds(1);
    access_token token;
    token.id = token_id{21};
    token.tenant = acme;
    token.user = ann.id;
    token.name = "phone";
    token.digest = "d1";
    token.created_at = noon;
    token.expires_at = noon + std::chrono::hours(24);
    must_write([&](kernel::writing& w) {
        w.insert(ann);
        w.insert(make_user(12, "bob"));
        w.insert(make_user(13, "b_b"));
        w.insert(token);
        EXPECT_EQ(w.find_user(ann.id)->display_name, ann.display_name);
        EXPECT_EQ(w.find_user("bob")->id, user_id{12});
    });
    must_read([&](kernel::reading& r) {
        const auto found = r.find_user(ann.id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->tenant, acme);
        EXPECT_EQ(found->username, "ann");
        EXPECT_EQ(found->display_name, ann.display_name);
        EXPECT_EQ(found->role, "member");
        EXPECT_EQ(found->password_hash, ann.password_hash);
        EXPECT_EQ(found->status_text, ann.status_text);
        EXPECT_EQ(found->status_expires_at, ann.status_expires_at);
        EXPECT_EQ(found->created_at, noon);
        EXPECT_EQ(found->disabled_at, ann.disabled_at);
        EXPECT_FALSE(r.find_user(user_id{12})->disabled_at);
        EXPECT_FALSE(r.find_user(user_id{99}));
        EXPECT_FALSE(r.find_user("nobody"));
        EXPECT_THAT(ids(r.users(std::vector{user_id{12}, user_id{99}, user_id{11}})), UnorderedElementsAre(11, 12));
        EXPECT_THAT(ids(r.users(std::vector<std::string>{"bob", "nobody"})), ElementsAre(12));
        EXPECT_THAT(r.users(std::span<const user_id>{}), IsEmpty());
        EXPECT_THAT(ids(r.list_users("", "", 10)), ElementsAre(11, 13, 12));
        EXPECT_THAT(ids(r.list_users("", "ann", 1)), ElementsAre(13));
        EXPECT_THAT(ids(r.list_users("B_", "", 10)), ElementsAre(13)) << "an underscore is an underscore";
        EXPECT_THAT(ids(r.list_users("ÄNN", "", 10)), ElementsAre(11)) << "letter case is nothing, in any script";
        ASSERT_THAT(r.tokens_of(ann.id), SizeIs(1));
        EXPECT_EQ(r.tokens_of(ann.id)[0].name, "phone");
    });
    must_read([&](kernel::reading& r) { EXPECT_FALSE(r.find_user(ann.id)); }, other_tenant);
    token.revoked_at = noon;
    ann.display_name = "Ann";
    ann.disabled_at.reset();
    must_write([&](kernel::writing& w) {
        w.update(ann);
        w.update(token);
        EXPECT_THAT(ids(w.list_users("ann", "", 10)), ElementsAre(11)) << "later reads see what was written";
    });
    with_directory(*store_, [&](kernel::directory& all) {
        EXPECT_EQ(all.find_tenant("acme")->id, acme);
        EXPECT_FALSE(all.find_tenant("nobody"));
        EXPECT_THAT(all.tenants(), SizeIs(1));
        EXPECT_EQ(all.find_token("d1")->revoked_at, noon);
        EXPECT_FALSE(all.find_token("d2"));
    });
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.find_user(ann.id)->display_name, "Ann");
        EXPECT_FALSE(r.find_user(ann.id)->disabled_at);
    });
    EXPECT_EQ(store_->highest_id(), 21);
    const auto twice =
        with_directory(*store_, [](kernel::directory& all) { all.insert({tenant_id{3}, "acme", noon}); });
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->code, "tenant_exists");
}

TEST_P(rows_test, conversations_and_members) {
    auto lobby = make_conversation(31, "Lobby");
    lobby.who_finds = visibility::open;
    lobby.model = "m";
    lobby.team = "t";
    lobby.description = "d";
    lobby.topic = "100% fun";
    lobby.creator = user_id{11};
    auto annexe = make_conversation(32, "annexe");
    annexe.who_finds = visibility::open;
    auto direct = make_conversation(33, "");
    direct.kind = "direct";
    direct.direct_key = "11-12";
    auto ann = make_member(31, 11);
    ann.role = member_role::owner;
    ann.joined_position = 7;
    ann.notify = notify_level::mentions;
    ann.pinned_at = noon;
    must_write([&](kernel::writing& w) {
        for (const auto& one : {make_user(11, "ann"), make_user(12, "bob"), make_user(13, "cem")}) w.insert(one);
        for (const auto& one : {lobby, annexe, direct}) w.insert(key(), one);
        for (const auto& one : {ann, make_member(31, 12), make_member(33, 11), make_member(32, 13)})
            w.insert(key(), one);
    });
    must_read([&](kernel::reading& r) {
        const auto found = r.find_conversation(key(), lobby.id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->name, "Lobby");
        EXPECT_EQ(found->model, "m");
        EXPECT_EQ(found->team, "t");
        EXPECT_EQ(found->description, "d");
        EXPECT_EQ(found->topic, "100% fun");
        EXPECT_EQ(found->creator, user_id{11});
        EXPECT_EQ(found->who_finds, visibility::open);
        EXPECT_EQ(r.find_direct(key(), "11-12")->id, direct.id);
        EXPECT_FALSE(r.find_direct(key(), ""));
        EXPECT_THAT(ids(r.list_open(key(), "", "", {}, 10)), ElementsAre(32, 31));
        EXPECT_THAT(ids(r.list_open(key(), "", "annexe", annexe.id, 10)), ElementsAre(31));
        EXPECT_THAT(ids(r.list_open(key(), "OBB", "", {}, 10)), ElementsAre(31));
        EXPECT_THAT(r.list_open(key(), "%", "", {}, 10), IsEmpty());
        const auto as = r.find_member(key(), lobby.id, user_id{11});
        ASSERT_TRUE(as);
        EXPECT_EQ(as->role, member_role::owner);
        EXPECT_EQ(as->joined_position, 7);
        EXPECT_EQ(as->notify, notify_level::mentions);
        EXPECT_EQ(as->pinned_at, noon);
        EXPECT_EQ(as->joined_at, noon);
        EXPECT_FALSE(r.find_member(key(), lobby.id, user_id{13}));
        const auto mine = r.memberships_of(key(), user_id{11});
        ASSERT_THAT(mine, SizeIs(2));
        for (const auto& one : mine) EXPECT_EQ(one.in.id, one.as.conversation);
        const auto in_lobby = r.members(key(), lobby.id, {}, 10);
        ASSERT_THAT(in_lobby, SizeIs(2));
        EXPECT_EQ(in_lobby[0].who.username, "ann");
        EXPECT_EQ(in_lobby[1].who.username, "bob");
        EXPECT_THAT(r.members(key(), lobby.id, user_id{11}, 10), SizeIs(1));
        EXPECT_THAT(r.contacts_of(key(), user_id{11}), UnorderedElementsAre(user_id{11}, user_id{12}));
        EXPECT_THAT(r.contacts_of(key(), user_id{13}), UnorderedElementsAre(user_id{13}));
        EXPECT_EQ(r.count_owners(key(), lobby.id), 1);
    });
    must_write([&](kernel::writing& w) {
        lobby.name = "Hall";
        lobby.last_sequence = 5;
        lobby.last_message_at = noon;
        w.update(key(), lobby);
        annexe.deleted_at = noon;
        w.update(key(), annexe);
        direct.archived_at = direct.deleted_at = noon;
        w.update(key(), direct);
        auto bob = make_member(31, 12);
        bob.last_read = 4;
        w.update(key(), bob);
        EXPECT_EQ(w.find_member(key(), lobby.id, user_id{12})->last_read, 4);
        w.erase(key(), make_member(31, 11));
        EXPECT_FALSE(w.find_member(key(), lobby.id, user_id{11}));
        EXPECT_FALSE(w.find_conversation(key(), annexe.id));
        EXPECT_THAT(ids(w.list_open(key(), "hall", "", {}, 10)), ElementsAre(31));
        auto again = make_conversation(34, "");
        again.direct_key = "11-12";
        w.insert(key(), again);
    });
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.find_conversation(key(), lobby.id)->last_sequence, 5);
        EXPECT_FALSE(r.find_conversation(key(), annexe.id));
        EXPECT_EQ(r.find_direct(key(), "11-12")->id, conversation_id{34});
        EXPECT_THAT(r.memberships_of(key(), user_id{13}), IsEmpty());
        EXPECT_EQ(r.find_member(key(), lobby.id, user_id{12})->last_read, 4);
        EXPECT_FALSE(r.find_member(key(), lobby.id, user_id{11}));
    });
}

TEST_P(rows_test, messages_and_their_counts) {
    auto first = make_message(101, 31, 1, 11, "Grüße 👋🏽 ‮שלום");
    first.type = "file";
    first.data = {{"a", {1, "zwei", nullptr}}, {"b", {{"c", true}}}};
    first.client_key = "k:1";
    first.mentions = {user_id{13}, user_id{12}};
    first.shown = {.from = shown_identity::source::persona, .id = 5, .name = "Nurse \"Joy\"", .avatar = "a.png"};
    auto root = make_message(102, 31, 2, 12, "root");
    root.thread = {
        .replies = 2, .last_reply_at = noon, .participants = {first.shown, {.id = 11, .name = {}, .avatar = {}}}};
    auto reply = make_message(103, 31, 3, 11, "reply");
    reply.thread_root = root.id;
    reply.reply_to = first.id;
    auto persona_reply = make_message(104, 31, 4, 13, "reply too");
    persona_reply.thread_root = root.id;
    persona_reply.shown = first.shown;
    auto held = make_message(105, 31, 0, 12, "held");
    held.state = message_state::held;
    held.state_reason = "wait";
    held.holds = {{.holder = "scan", .reason = "wait", .lifted_by = hold::until::holder},
                  {.holder = "words", .reason = "\"look\"", .lifted_by = hold::until::review}};
    held.mentions = {user_id{11}};
    auto gone = make_message(106, 31, 5, 12, "");
    gone.deleted_at = gone.edited_at = noon;
    gone.thread_root = root.id;
    must_write([&](kernel::writing& w) {
        w.insert(key(), make_conversation(31, "lobby"));
        for (const auto& one : {first, root, reply, persona_reply, held, gone}) w.insert(key(), one);
        w.insert(key(), revision{.message = first.id,
                                 .number = 1,
                                 .text = "was",
                                 .data = {{"x", 1}},
                                 .editor = user_id{11},
                                 .replaced_at = noon});
        EXPECT_EQ(w.find_by_client_key(key(), user_id{11}, "k:1")->id, first.id);
        EXPECT_FALSE(w.find_by_client_key(key(), user_id{12}, "k:1"));
        EXPECT_THAT(w.history(key(), conversation_id{31}, {}), SizeIs(5));
    });
    must_read([&](kernel::reading& r) {
        const auto found = r.find_message(key(), first.id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->text, first.text);
        EXPECT_EQ(found->type, "file");
        EXPECT_EQ(found->data, first.data);
        EXPECT_EQ(found->client_key, "k:1");
        EXPECT_EQ(found->mentions, first.mentions) << "in the order of the text";
        EXPECT_EQ(found->shown, first.shown);
        EXPECT_EQ(found->author, user_id{11});
        EXPECT_EQ(found->seq, 1);
        EXPECT_EQ(r.find_message(key(), root.id)->thread, root.thread);
        EXPECT_EQ(r.find_message(key(), reply.id)->reply_to, first.id);
        const auto waiting = r.find_message(key(), held.id);
        EXPECT_EQ(waiting->state, message_state::held);
        EXPECT_EQ(waiting->state_reason, "wait");
        EXPECT_EQ(waiting->holds, held.holds);
        EXPECT_TRUE(found->holds.empty());
        EXPECT_EQ(waiting->seq, 0);
        EXPECT_EQ(r.find_message(key(), gone.id)->deleted_at, noon);
        EXPECT_EQ(r.find_message(key(), gone.id)->edited_at, noon);
        EXPECT_THAT(ids(r.messages(key(), std::vector{first.id, message_id{9}, held.id})),
                    UnorderedElementsAre(101, 105));
        EXPECT_EQ(r.find_by_client_key(key(), user_id{11}, "k:1")->mentions, first.mentions);

        using enum kernel::page_range::direction;
        const conversation_id in{31};
        EXPECT_THAT(ids(r.history(key(), in, {.limit = 2})), ElementsAre(104, 106));
        EXPECT_THAT(ids(r.history(key(), in, {.toward = before, .from = 4, .limit = 2})), ElementsAre(102, 103));
        EXPECT_THAT(ids(r.history(key(), in, {.toward = after, .from = 1, .limit = 2})), ElementsAre(102, 103));
        EXPECT_THAT(ids(r.history(key(), in, {.toward = after, .from = 0, .limit = 9})), SizeIs(5));
        EXPECT_EQ(r.history(key(), in, {.toward = after, .from = 0, .limit = 1})[0].mentions, first.mentions);
        EXPECT_THAT(ids(r.replies(key(), root.id, 0, 10)), ElementsAre(103, 104, 106));
        EXPECT_THAT(ids(r.replies(key(), root.id, 3, 1)), ElementsAre(104));
        EXPECT_THAT(ids(r.withheld(key(), in, {}, {}, 10)), ElementsAre(105));
        EXPECT_THAT(r.withheld(key(), in, user_id{11}, {}, 10), IsEmpty());
        EXPECT_THAT(r.withheld(key(), in, {}, held.id, 10), IsEmpty());
        EXPECT_THAT(ids(r.held(key(), {}, 10)), ElementsAre(105));
        EXPECT_THAT(r.held(key(), held.id, 10), IsEmpty());
        EXPECT_EQ(r.count_unread(key(), in, user_id{12}, 0), (unread_counts{3, 1}));
        EXPECT_EQ(r.count_unread(key(), in, user_id{12}, 1), (unread_counts{2, 0}));
        EXPECT_EQ(r.count_unread(key(), in, user_id{11}, 0), (unread_counts{2, 0}));
        EXPECT_EQ(r.summarise_thread(key(), root.id),
                  (thread_summary{2, persona_reply.created_at, {reply.shown, persona_reply.shown}}));
        EXPECT_EQ(r.summarise_thread(key(), first.id), thread_summary{});
        ASSERT_THAT(r.revisions(key(), first.id), SizeIs(1));
        EXPECT_EQ(r.revisions(key(), first.id)[0].text, "was");
        EXPECT_EQ(r.revisions(key(), first.id)[0].data, (boost::json::object{{"x", 1}}));
        EXPECT_EQ(r.revisions(key(), first.id)[0].editor, user_id{11});
    });
    must_read(
        [&](kernel::reading& r) {
            EXPECT_FALSE(r.find_message(key(), first.id));
            EXPECT_THAT(r.history(key(), conversation_id{31}, {}), IsEmpty());
            EXPECT_EQ(r.count_unread(key(), conversation_id{31}, user_id{12}, 0), unread_counts{});
        },
        other_tenant);
}

TEST_P(rows_test, what_is_withheld_counts_nowhere_even_with_a_number) {
    auto held = make_message(102, 31, 2, 11, "@bob held");
    held.state = message_state::held;
    held.thread_root = message_id{101};
    held.mentions = {user_id{12}};
    must_write([&](kernel::writing& w) {
        w.insert(key(), make_message(101, 31, 1, 11, "root"));
        w.insert(key(), held);
    });
    must_read([&](kernel::reading& r) {
        const conversation_id room{31};
        EXPECT_THAT(ids(r.history(key(), room, {.limit = 10})), ElementsAre(101));
        EXPECT_THAT(r.replies(key(), message_id{101}, 0, 10), IsEmpty());
        EXPECT_EQ(r.summarise_thread(key(), message_id{101}).replies, 0);
        EXPECT_EQ(r.count_unread(key(), room, user_id{12}, 0).messages, 1);
        EXPECT_EQ(r.count_unread(key(), room, user_id{12}, 0).mentions, 0);
        EXPECT_THAT(ids(r.withheld(key(), room, {}, {}, 10)), ElementsAre(102));
    });
}

TEST_P(rows_test, changed_and_erased_messages) {
    auto said = make_message(101, 31, 1, 11, "hello");
    said.client_key = "k";
    said.mentions = {user_id{12}};
    auto held = make_message(102, 31, 0, 11, "held");
    held.state = message_state::held;
    held.mentions = {user_id{12}};
    must_write([&](kernel::writing& w) {
        w.insert(key(), said);
        w.insert(key(), held);
    });
    must_write([&](kernel::writing& w) {
        said.text = "hello all";
        said.edited_at = noon;
        said.mentions = {user_id{13}};
        w.update(key(), said);
        auto published = *w.find_message(key(), held.id);
        published.state = message_state::published;
        published.seq = 2;
        w.update(key(), published);
        EXPECT_EQ(w.count_unread(key(), conversation_id{31}, user_id{12}, 0), (unread_counts{2, 1}));
        EXPECT_EQ(w.count_unread(key(), conversation_id{31}, user_id{13}, 0), (unread_counts{2, 1}));
        EXPECT_EQ(w.find_by_client_key(key(), user_id{11}, "k")->text, "hello all");
    });
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.find_message(key(), said.id)->mentions, said.mentions);
        EXPECT_EQ(r.find_message(key(), held.id)->seq, 2);
    });
    must_write([&](kernel::writing& w) {
        w.insert(key(), revision{.message = said.id,
                                 .number = 1,
                                 .text = "hello",
                                 .data = {},
                                 .editor = user_id{11},
                                 .replaced_at = noon});
        w.erase(key(), said);
        EXPECT_FALSE(w.find_message(key(), said.id));
        EXPECT_FALSE(w.find_by_client_key(key(), user_id{11}, "k"));
    });
    must_read([&](kernel::reading& r) {
        EXPECT_FALSE(r.find_message(key(), said.id));
        EXPECT_THAT(r.revisions(key(), said.id), IsEmpty());
        EXPECT_FALSE(r.find_by_client_key(key(), user_id{11}, "k"));
    });
}

TEST_P(rows_test, the_log) {
    event said = make_event("message.created");
    said.heard_by = audience::reviewers;
    said.conversation = conversation_id{31};
    said.user = user_id{11};
    said.about = message_id{101};
    said.data = {{"n", 1}};
    must_write([&](kernel::writing& w) {
        EXPECT_EQ(w.log_end(), 0);
        EXPECT_EQ(w.append(said), 1);
        auto later = make_event("x");
        later.created_at = noon + std::chrono::hours(1);
        EXPECT_EQ(w.append(later), 2);
        EXPECT_EQ(w.append(later), 3);
        EXPECT_EQ(w.log_end(), 3);
        EXPECT_EQ(w.log_position_before(noon), 0);
        EXPECT_EQ(w.log_position_before(noon + std::chrono::microseconds(1)), 1);
        EXPECT_EQ(w.log_position_before(noon + std::chrono::hours(2)), 3);
        EXPECT_THAT(w.events_after(1, 10), SizeIs(2));
    });
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.log_end(), 3);
        EXPECT_EQ(r.log_begin(), 0);
        const auto found = r.events_after(0, 1);
        ASSERT_THAT(found, SizeIs(1));
        EXPECT_EQ(found[0].at, 1);
        EXPECT_EQ(found[0].type, "message.created");
        EXPECT_EQ(found[0].heard_by, audience::reviewers);
        EXPECT_EQ(found[0].conversation, said.conversation);
        EXPECT_EQ(found[0].user, said.user);
        EXPECT_EQ(found[0].about, said.about);
        EXPECT_EQ(found[0].data, said.data);
        EXPECT_EQ(found[0].created_at, noon);
        EXPECT_FALSE(r.events_after(1, 1)[0].conversation);
    });
    must_write([&](kernel::writing& w) { w.trim_log(2); });
    must_read([&](kernel::reading& r) {
        EXPECT_EQ(r.log_begin(), 2);
        EXPECT_EQ(r.log_end(), 3);
        EXPECT_THAT(r.events_after(0, 10), SizeIs(1));
    });
    EXPECT_THAT(sink_.heard(), SizeIs(3));
}

INSTANTIATE_TEST_SUITE_P(on, rows_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage

// Every operation of the kernel, asked for at random.
#include "kernel/testing/random_life.hpp"

#include <algorithm>

#include "kernel/accounts.hpp"
#include "kernel/bans.hpp"
#include "kernel/change_conversation.hpp"
#include "kernel/delete_message.hpp"
#include "kernel/edit_message.hpp"
#include "kernel/grants.hpp"
#include "kernel/membership.hpp"
#include "kernel/read_state.hpp"
#include "kernel/review_message.hpp"
#include "kernel/roles.hpp"

namespace parley::kernel::testing {

random_life::random_life(std::uint64_t seed) : random_(seed) {
    const std::vector<std::pair<std::string, std::string>> all{{"root", "admin"}, {"mia", "manager"}, {"sam", "staff"},
                                                               {"ann", "member"}, {"bob", "member"},  {"gus", "guest"}};
    for (const auto& [name, role] : all) {
        people.push_back(inn.add_user(name, role));
        names_.push_back(name);
    }
    inn.write([&](writing& w) {
        return create_role(inn.env, w, inn.system(),
                           {.name = "helper", .sentence = {}, .permissions = {"messages.send", "messages.review"}});
    });
    for (const auto seen : {visibility::open, visibility::closed}) {
        const auto made = inn.add_channel(people[1], {people[2], people[3], people[5]}, seen);
        conversations.push_back(made);
        for (const int i : {1, 2, 3, 5}) came(made, people[static_cast<std::size_t>(i)]);
    }
}

unread_counts random_life::expected_unread(user_id who, conversation_id in) const {
    unread_counts counts;
    const auto upto = read.at(in).at(who);
    for (const auto& one : messages) {
        if (one.in != in || !one.counts || one.author == who || one.seq <= upto) continue;
        counts.messages += 1;
        if (one.names.contains(who)) counts.mentions += 1;
    }
    return counts;
}

void random_life::came(conversation_id in, user_id who) { read[in].try_emplace(who, last[in]); }
void random_life::went(conversation_id in, user_id who) { read[in].erase(who); }

conversation_id random_life::any_conversation(user_id of) {
    if (roll(8) > 0) {
        std::vector<conversation_id> mine;
        for (const auto& [in, members] : read)
            if (members.contains(of)) mine.push_back(in);
        if (!mine.empty()) return any(mine);
    }
    return any(conversations);
}

std::string random_life::some_text() {
    static const std::vector<std::string> words{
        "Good",   "morning", "*bold*", "köszönöm", "日本語", "👩‍👩‍👧‍👦",
        "`code`", "tea?",    "_soon_", "Grüße",    "(hold)", "мир"};
    std::string text = "Hm";
    const int count = roll(10) == 0 ? 60 : 1 + roll(5);
    for (int i = 0; i < count; ++i) {
        const auto& word = any(words);
        // Few are held, or little would ever be said.
        text += ' ' + (word == "(hold)" && roll(3) > 0 ? std::string("hold") : word);
    }
    for (int i = roll(3); i > 0; --i) text += " @" + any(names_);
    if (roll(60) == 0) text += " (refuse)";
    return text;
}

std::set<user_id> random_life::named_in(const std::string& text, conversation_id in) const {
    std::set<user_id> found;
    for (std::size_t i = 0; i < names_.size(); ++i)
        if (text.find("@" + names_[i]) != std::string::npos && read.at(in).contains(people[i])) found.insert(people[i]);
    return found;
}

message_id random_life::some_message(conversation_id in) {
    // One of the last few, so that the same message meets several fates.
    std::vector<message_id> found;
    for (auto one = messages.rbegin(); one != messages.rend() && found.size() < 8; ++one)
        if (one->in == in) found.push_back(one->id);
    if (found.empty()) return {};
    return any(found);
}

void random_life::step() {
    inn.time.advance(std::chrono::milliseconds{roll(20) == 0 ? -roll(5'000) : roll(3'000)});
    const int what = roll(100);
    if (what < 30) return send();
    if (what < 32) return resend();
    if (what < 40) return edit();
    if (what < 48) return remove_message();
    if (what < 56) return review();
    if (what < 70) return move_read_position();
    if (what < 73) return change_own_membership();
    if (what < 82) return come_or_go();
    if (what < 90) return change_members();
    if (what < 92) return change_grant();
    if (what < 93) return change_role();
    if (what < 96) return change_conversation_row();
    if (what < 98) return new_conversation();
    change_person();
}

void random_life::send() {
    const auto by = any(people);
    send_message_command command;
    command.conversation = any_conversation(by);
    command.text = some_text();
    if (roll(4) == 0) command.reply_to = some_message(command.conversation);
    if (roll(4) == 0) command.thread_root = some_message(command.conversation);
    if (roll(3) == 0) command.client_key = "k" + std::to_string(++keys_);
    if (roll(6) == 0) command.shown = persona(7, "Concierge");
    if (roll(9) == 0) command.data = {{"room", roll(100)}};
    const auto names = named_in(command.text, command.conversation);
    const auto sent = inn.try_send(by, command);
    if (!note("send", sent)) return;
    const bool held = sent->view.body->state == message_state::held;
    if (held) ++done_["hold"];
    messages.push_back({.id = sent->view.body->id,
                        .in = command.conversation,
                        .author = by,
                        .names = names,
                        .seq = held ? 0 : ++last[command.conversation],
                        .counts = !held});
    EXPECT_EQ(sent->view.body->seq, messages.back().seq) << "sequences have no holes";
}

void random_life::resend() {
    std::vector<message> keyed;
    for (const auto& [id, one] : inn.rows().messages)
        if (!one.client_key.empty()) keyed.push_back(one);
    if (keyed.empty()) return;
    const auto& first = any(keyed);
    send_message_command command;
    command.conversation = first.conversation;
    command.text = some_text();
    command.client_key = first.client_key;
    const auto end = inn.log_end();
    const auto sent = inn.try_send(first.author, command);
    EXPECT_EQ(inn.log_end(), end);
    if (note("resend", sent)) EXPECT_EQ(sent->view.body->id, first.id);
}

void random_life::edit() {
    const auto in = any(conversations);
    const auto which = some_message(in);
    const auto found = std::ranges::find(messages, which, &said::id);
    if (found == messages.end()) return;
    const auto by = roll(4) > 0 ? found->author : any(people);
    const auto text = some_text();
    const auto names = named_in(text, in);
    const edit_message_command command{.message = which, .text = text, .data = {}};
    if (note("edit", inn.try_edit(by, command))) found->names = names;
}

void random_life::remove_message() {
    const auto which = some_message(any(conversations));
    const auto found = std::ranges::find(messages, which, &said::id);
    if (found == messages.end()) return;
    const auto by = roll(2) == 0 ? found->author : any(people);
    const auto how = roll(2) == 0 ? deletion::hard : deletion::soft;
    const auto name = how == deletion::hard ? "purge" : "delete";
    if (note(name, inn.write([&](writing& w) { return delete_message(inn.env, w, inn.as(by), which, how); })))
        found->counts = false;
    if (!inn.rows().messages.contains(which)) messages.erase(found);
}

void random_life::review() {
    std::vector<message_id> waiting;
    for (const auto& one : messages)
        if (one.seq == 0) waiting.push_back(one.id);
    if (waiting.empty()) return;
    const auto held = std::ranges::find(messages, any(waiting), &said::id);
    const auto by = roll(3) > 0 ? people[1] : any(people);
    if (roll(2) == 0) {
        const auto id = held->id;
        if (note("reject",
                 inn.write([&](writing& w) { return reject_message(inn.env, w, inn.as(by), id, "Not so."); })))
            messages.erase(held);  // never counts
        return;
    }
    const auto done = inn.write([&](writing& w) { return release_message(inn.env, w, inn.as(by), held->id); });
    if (!note("release", done)) return;
    held->seq = ++last[held->in];
    held->counts = true;
    EXPECT_EQ(done->body->seq, held->seq) << "sequences have no holes";
}

void random_life::move_read_position() {
    const auto by = any(people);
    const auto in = any_conversation(by);
    const auto upto = std::max<sequence>(0, last[in] + 1 - roll(10));
    if (roll(3) > 0) {
        if (note("mark_read", inn.write([&](writing& w) { return mark_read(inn.env, w, inn.as(by), in, upto); })))
            read[in][by] = std::max(read[in][by], upto);
        return;
    }
    if (note("mark_unread", inn.write([&](writing& w) { return mark_unread(inn.env, w, inn.as(by), in, upto); })))
        read[in][by] = upto - 1;
}

void random_life::change_own_membership() {
    const auto by = any(people);
    const auto in = any_conversation(by);
    membership_change change;
    if (roll(2) == 0) change.pin = roll(2) == 0 ? pinning::pinned : pinning::unpinned;
    if (roll(2) == 0) change.notify = static_cast<notify_level>(1 + roll(3));
    note("change_membership",
         inn.write([&](writing& w) { return change_membership(inn.env, w, inn.as(by), in, change); }));
}

void random_life::come_or_go() {
    const auto by = any(people);
    const auto in = roll(2) == 0 ? any(conversations) : any_conversation(by);
    if (roll(3) > 0) {
        if (note("join", inn.write([&](writing& w) { return join_conversation(inn.env, w, inn.as(by), in); })))
            came(in, by);
        return;
    }
    if (note("leave", inn.write([&](writing& w) { return leave_conversation(inn.env, w, inn.as(by), in); })))
        went(in, by);
}

void random_life::change_members() {
    const auto by = roll(2) == 0 ? people[1] : any(people);
    const auto who = any(people);
    const auto in = any_conversation(by);
    const int what = roll(7);
    if (what == 5) {
        const ban_command command{.conversation = in, .user = who, .until = {}, .reason = {}};
        if (note("ban", inn.write([&](writing& w) { return ban_member(inn.env, w, inn.as(by), command); })))
            went(in, who);
    } else if (what == 6) {
        // Somebody who is banned somewhere, so that it is not all in vain.
        const auto& bans = inn.rows().bans;
        if (bans.empty()) return;
        const auto& one = std::next(bans.begin(), roll(static_cast<int>(bans.size())))->second;
        const auto from = one.conversation;
        const auto whom = one.user;
        note("unban", inn.write([&](writing& w) { return unban_member(inn.env, w, inn.as(by), from, whom); }));
    } else if (what == 0) {
        if (note("remove_member",
                 inn.write([&](writing& w) { return remove_member(inn.env, w, inn.as(by), in, who); })))
            went(in, who);
    } else if (what == 1) {
        const auto role = static_cast<member_role>(1 + roll(3));
        note("set_role", inn.write([&](writing& w) { return set_member_role(inn.env, w, inn.as(by), in, who, role); }));
    } else {
        if (note("add_member", inn.write([&](writing& w) { return add_member(inn.env, w, inn.as(by), in, who); })))
            came(in, who);
    }
}

void random_life::change_grant() {
    const auto by = roll(4) > 0 ? people[1] : any(people);
    const auto in = any_conversation(by);
    const auto who = any(people);
    if (roll(3) == 0) {
        note("withdraw", inn.write([&](writing& w) { return withdraw_role(inn.env, w, inn.as(by), in, who); }));
        return;
    }
    static const std::vector<std::string> roles{"guest", "manager", "helper", "admin"};
    const auto role = any(roles);
    note("grant", inn.write([&](writing& w) { return grant_role(inn.env, w, inn.as(by), in, who, role); }));
}

/// What its holders may see changes under them.
void random_life::change_role() {
    std::vector<std::string> grants{"messages.send"};
    for (const auto* one : {"messages.review", "authors.see", "messages.edit_others"})
        if (roll(2) == 0) grants.emplace_back(one);
    const change_role_command command{.name = "helper", .sentence = {}, .permissions = std::move(grants)};
    note("redefine",
         inn.write([&](writing& w) { return kernel::change_role(inn.env, w, inn.as(people[0]), command); }));
}

void random_life::change_conversation_row() {
    const auto by = roll(2) == 0 ? people[1] : any(people);
    const auto in = any_conversation(by);
    const int what = roll(12);
    if (what < 6) {
        change_conversation_command command;
        command.conversation = in;
        command.name = "Name " + std::to_string(roll(1000));
        command.topic = std::string("Topic");
        if (roll(2) == 0) command.who_finds = roll(2) == 0 ? visibility::open : visibility::closed;
        note("change_conversation",
             inn.write([&](writing& w) { return change_conversation(inn.env, w, inn.as(by), command); }));
    } else if (what < 11) {
        // Restored more often, or everything ends up in the archive.
        const auto how = roll(4) == 0 ? archival::archive : archival::restore;
        note(how == archival::archive ? "archive" : "restore",
             inn.write([&](writing& w) { return archive_conversation(inn.env, w, inn.as(by), in, how); }));
    } else if (conversations.size() > 3) {
        if (!note("delete_conversation",
                  inn.write([&](writing& w) { return delete_conversation(inn.env, w, inn.as(by), in); })))
            return;
        std::erase(conversations, in);
        read.erase(in);
        std::erase_if(messages, [&](const said& one) { return one.in == in; });
    }
}

void random_life::new_conversation() {
    if (conversations.size() >= 8) return;
    const auto by = any(people);
    create_conversation_command command;
    static const std::vector<std::string> kinds{"channel", "direct", "direct", "group", "group_direct"};
    command.kind = any(kinds);
    command.name = "Room " + std::to_string(roll(100));
    if (command.kind == "channel" && roll(2) == 0) command.who_finds = visibility::open;
    command.members.push_back(any(people));
    if (command.kind != "direct") command.members.push_back(any(people));
    const auto made = inn.write([&](writing& w) { return create_conversation(inn.env, w, inn.as(by), command); });
    if (!note("create " + command.kind, made)) return;
    if (made->existed) {
        EXPECT_TRUE(read.at(made->row.id).contains(by));
        return;
    }
    conversations.push_back(made->row.id);
    command.members.push_back(by);
    for (const auto who : command.members) came(made->row.id, who);
}

void random_life::change_person() {
    const auto who = any(people);
    if (roll(3) > 0) {
        change_profile_command command;
        command.display_name = "Name " + std::to_string(roll(1000));
        command.status_text = std::string("busy");
        note("change_profile", inn.write([&](writing& w) { return change_profile(inn.env, w, inn.as(who), command); }));
        return;
    }
    // The manager and the admin stay what they are, so that there is always somebody to govern.
    if (who == people[0] || who == people[1]) return;
    static const std::vector<std::string> roles{"guest", "member", "staff", "manager", "helper"};
    change_account_command command{.user = who, .role = any(roles), .password_hash = {}, .disabled = {}};
    note("change_role", inn.write([&](writing& w) { return change_account(inn.env, w, inn.system(), command); }));
}

}  // namespace parley::kernel::testing

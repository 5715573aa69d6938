// The people move in.
#include "kernel/testing/house.hpp"

#include "kernel/accounts.hpp"
#include "kernel/membership.hpp"
#include "kernel/people.hpp"
#include "kernel/read_conversations.hpp"

namespace parley::kernel::testing {

house::house() {
    tenant = ids.next<tenant_id>();
    store.insert(parley::tenant{tenant, "inn", time.now()});
}

user_id house::add_user(std::string username, std::string role) {
    auto made = write([&](writing& w) {
        return create_user(env, w, system(),
                           {.username = username, .display_name = {}, .role = role, .password_hash = {}});
    });
    EXPECT_EQ(code_of(made), "ok") << username;
    return made->id;
}

conversation_id house::add_channel(user_id owner, std::vector<user_id> members, visibility seen) {
    return *write([&](writing& w) -> result<conversation_id> {
        members.push_back(owner);
        auto people = w.users(members);
        conversation row{.id = ids.next<conversation_id>(),
                         .tenant = tenant,
                         .kind = "channel",
                         .model = {},
                         .team = {},
                         .name = "Lobby",
                         .description = {},
                         .topic = {},
                         .who_finds = seen,
                         .creator = owner,
                         .direct_key = {},
                         .created_at = time.now(),
                         .updated_at = time.now()};
        add_first_members(env, w, row, people, owner, time.now());
        return row.id;
    });
}

conversation_id house::add_conversation(user_id by, std::string kind, std::vector<user_id> members) {
    create_conversation_command command;
    command.kind = std::move(kind);
    command.name = "Room";
    command.members = std::move(members);
    auto made = write([&](writing& w) { return create_conversation(env, w, as(by), command); });
    EXPECT_EQ(code_of(made), "ok");
    return made->row.id;
}

result<sent_message> house::try_send(user_id by, send_message_command command) {
    std::optional<result<sent_message>> made;
    messages.send(as(by), std::move(command), [&](result<sent_message> sent) { made.emplace(std::move(sent)); });
    return std::move(*made);
}

result<message_view> house::try_edit(user_id by, edit_message_command command) {
    std::optional<result<message_view>> made;
    messages.edit(as(by), std::move(command), [&](result<edited_message> edited) {
        if (edited)
            made.emplace(std::move(edited->view));
        else
            made.emplace(std::unexpected(std::move(edited.error())));
    });
    return std::move(*made);
}

message house::send(user_id by, conversation_id in, std::string text) {
    send_message_command command;
    command.conversation = in;
    command.text = std::move(text);
    auto sent = try_send(by, std::move(command));
    EXPECT_EQ(code_of(sent), "ok");
    return *sent->view.body;
}

message house::reply(user_id by, const message& root, std::string text) {
    send_message_command command;
    command.conversation = root.conversation;
    command.text = std::move(text);
    command.reply_to = root.id;
    command.thread_root = root.id;
    auto sent = try_send(by, std::move(command));
    EXPECT_EQ(code_of(sent), "ok");
    return *sent->view.body;
}

message house::send_as(user_id by, conversation_id in, std::string text, shown_identity shown) {
    send_message_command command;
    command.conversation = in;
    command.text = std::move(text);
    command.shown = std::move(shown);
    auto sent = try_send(by, std::move(command));
    EXPECT_EQ(code_of(sent), "ok");
    return *sent->view.body;
}

std::vector<event> house::log_after(position since) {
    std::vector<event> out;
    for (const auto& [at, one] : rows().log)
        if (at > since) out.push_back(one);
    return out;
}

unread_counts house::unread(user_id who, conversation_id in) {
    const auto seen = read([&](reading& from) { return read_conversation(env, from, as(who), in); });
    EXPECT_TRUE(seen && seen->as) << "not a member";
    return seen && seen->as ? seen->as->counts : unread_counts{-1, -1};
}

}  // namespace parley::kernel::testing

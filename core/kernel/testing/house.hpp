// A tenant with its people and everything a use case needs, for tests that read like stories.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/clock.hpp"
#include "kernel/create_conversation.hpp"
#include "kernel/environment.hpp"
#include "kernel/judged_message.hpp"
#include "kernel/send_message.hpp"
#include "kernel/testing/memory_store.hpp"
#include "kernel/testing/scripted_judges.hpp"

namespace parley::kernel::testing {

/// The same settings for every tenant, to be changed by the test.
class fixed_settings final : public settings_source {
public:
    tenant_settings now;
    [[nodiscard]] std::shared_ptr<const tenant_settings> of(std::string_view) const override {
        return std::make_shared<const tenant_settings>(now);
    }
};

class house {
public:
    house();
    house(const house&) = delete;

    fake_clock time;
    id_source ids{time, 1};
    fixed_settings settings;
    kind_registry kinds;
    permission_catalogue permissions;
    environment env{.time = time, .ids = ids, .settings = settings, .kinds = kinds, .permissions = permissions};
    memory_store store;
    scripted_judges judges;
    judged_messages messages{env, store, judges};
    tenant_id tenant;

    [[nodiscard]] caller as(user_id who) const { return {tenant, "inn", who, "r1"}; }
    [[nodiscard]] caller system() const { return as({}); }

    /// Runs a use case the way the server does, and gives its answer.
    template <class Job>
    auto write(Job job) {
        std::optional<std::invoke_result_t<Job, writing&>> answer;
        int finished = 0;
        store.write({.tenant = tenant,
                     .author = {},
                     .client_key = {},
                     .apply =
                         [&](writing& w) {
                             answer.emplace(job(w));
                             return answer->has_value();
                         },
                     .finish =
                         [&](const std::optional<error>& problem) {
                             EXPECT_FALSE(problem.has_value());
                             ++finished;
                         }});
        EXPECT_EQ(finished, 1);
        return std::move(*answer);
    }
    template <class Job>
    auto read(Job job) {
        std::optional<std::invoke_result_t<Job, reading&>> answer;
        store.read(
            {.tenant = tenant, .run = [&](reading& from) { answer.emplace(job(from)); }, .failed = [](error) {}});
        return std::move(*answer);
    }

    user_id add_user(std::string username, std::string role = "member");
    /// A channel that `owner` owns; made whatever its role is.
    conversation_id add_channel(user_id owner, std::vector<user_id> members, visibility seen = visibility::closed);
    conversation_id add_conversation(user_id by, std::string kind, std::vector<user_id> members);

    /// Through the judges, as a client's message.
    [[nodiscard]] result<sent_message> try_send(user_id by, send_message_command);
    [[nodiscard]] result<message_view> try_edit(user_id by, edit_message_command);
    /// Sends a text that is expected to be taken.
    message send(user_id by, conversation_id in, std::string text);
    message reply(user_id by, const message& root, std::string text);
    message send_as(user_id by, conversation_id in, std::string text, shown_identity);

    [[nodiscard]] const tables& rows() { return store.rows_of(tenant); }
    /// The events after a position, as they are in the log.
    [[nodiscard]] std::vector<event> log_after(position since);
    [[nodiscard]] position log_end() { return rows().last; }
    [[nodiscard]] unread_counts unread(user_id who, conversation_id in);
};

/// A house with somebody of each role, and two members.
class staffed_house : public ::testing::Test {
protected:
    house inn;
    user_id mia = inn.add_user("mia", "manager");
    user_id sam = inn.add_user("sam", "staff");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");
    user_id gus = inn.add_user("gus", "guest");
};

[[nodiscard]] inline shown_identity persona(std::int64_t id, std::string name) {
    return {.from = shown_identity::source::persona, .id = id, .name = std::move(name), .avatar = "p.png"};
}

/// The code of what went wrong; "ok" when nothing did.
template <class T>
[[nodiscard]] std::string code_of(const result<T>& answer) {
    return answer ? "ok" : answer.error().code;
}
template <class T>
[[nodiscard]] fault fault_of(const result<T>& answer) {
    return answer ? fault{} : answer.error().kind;
}

}  // namespace parley::kernel::testing

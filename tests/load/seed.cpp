// Many use cases in one write job each hundred people, which is what a bulk import would do.
#include "load/seed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernel/accounts.hpp"
#include "kernel/create_conversation.hpp"
#include "kernel/send_message.hpp"
#include "server/configuration_file.hpp"
#include "server/plugin_sections.hpp"
#include "server/workspace.hpp"

namespace parley::load {
namespace {

constexpr std::size_t at_once = 100;
constexpr std::size_t messages_at_once = 2'000;

[[noreturn]] void give_up(const error& why) { throw std::runtime_error(why.code + ": " + why.message); }

template <class Value>
Value need(result<Value> made) {
    if (!made) give_up(made.error());
    return std::move(*made);
}

std::unique_ptr<server::workspace> open_workspace(const std::filesystem::path& config) {
    const auto variables = config::process_environment();
    auto configured = server::load_with_plugins(config, variables);
    if (!configured) throw std::runtime_error("configuration: " + configured.error().front().text());
    return need(server::workspace::open(std::move(*configured), server::migrations_folder(variables)));
}

struct account {
    user_id id;
    std::string token;
};

result<std::vector<account>> make_people(const kernel::environment& env, kernel::writing& to,
                                         const kernel::caller& system, std::size_t first, std::size_t last) {
    std::vector<account> made;
    for (auto i = first; i < last; ++i) {
        // Staff, because the first member of each conversation makes it.
        auto who = kernel::create_user(
            env, to, system,
            {.username = fmt::format("user{}", i), .display_name = {}, .role = "staff", .password_hash = {}});
        if (!who) return std::unexpected(who.error());
        auto token = kernel::issue_token(env, to, system, who->id, "load", std::nullopt);
        if (!token) return std::unexpected(token.error());
        made.push_back({who->id, token->secret});
    }
    return made;
}

}  // namespace

population seed(const std::filesystem::path& config, const std::string& tenant, std::size_t people, std::size_t rooms,
                std::size_t members_each) {
    const auto work = open_workspace(config);
    const auto system = need(work->system_in(tenant));
    std::vector<account> accounts;
    for (std::size_t first = 0; first < people; first += at_once) {
        const auto last = std::min(people, first + at_once);
        auto more = need(work->write(
            system, [&](kernel::writing& to) { return make_people(work->env(), to, system, first, last); }));
        std::ranges::move(more, std::back_inserter(accounts));
    }

    auto made = plan(people, rooms, members_each);
    for (std::size_t i = 0; i < people; ++i) made.people[i] = {.id = accounts[i].id.text(), .token = accounts[i].token};
    for (auto& here : made.rooms) {
        kernel::create_conversation_command command{.name = "room " + here.id};
        for (const auto member : here.members) command.members.push_back(accounts[member].id);
        auto by = system;
        by.user = command.members.front();
        const auto created = need(work->write(
            by, [&](kernel::writing& to) { return kernel::create_conversation(work->env(), to, by, command); }));
        here.id = created.row.id.text();
    }
    return made;
}

void fill(const std::filesystem::path& config, const std::string& tenant, const room& where, const person& author,
          std::size_t messages) {
    const auto work = open_workspace(config);
    auto by = need(work->system_in(tenant));
    by.user = user_id::parse(author.id).value();
    kernel::send_message_command command{.conversation = conversation_id::parse(where.id).value()};
    command.text.assign(200, '.');
    for (std::size_t first = 0; first < messages; first += messages_at_once) {
        const auto last = std::min(messages, first + messages_at_once);
        need(work->write(by, [&](kernel::writing& to) -> result<bool> {
            for (auto i = first; i < last; ++i)
                if (auto sent = kernel::send_message(work->env(), to, by, command); !sent)
                    return std::unexpected(sent.error());
            return true;
        }));
    }
}

}  // namespace parley::load

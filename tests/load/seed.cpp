// Many use cases in one write job each hundred people, which is what a bulk import would do.
#include "load/seed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernel/accounts.hpp"
#include "kernel/create_conversation.hpp"
#include "server/configuration_file.hpp"
#include "server/plugin_sections.hpp"
#include "server/workspace.hpp"

namespace parley::load {
namespace {

constexpr std::size_t at_once = 100;

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

/// Member k of room r. Neighbours in one room are far apart in another, so that a room is spread over all connections.
std::size_t member_of(std::size_t r, std::size_t k, std::size_t rooms, std::size_t people, std::size_t members_each) {
    if (rooms == 1) return k;
    const auto stride = std::max<std::size_t>(1, people / members_each);
    return (r + k * stride) % people;
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

    population made;
    for (const auto& one : accounts) made.people.push_back({one.token});
    for (std::size_t r = 0; r < rooms; ++r) {
        room here;
        kernel::create_conversation_command command{.name = fmt::format("room {}", r)};
        for (std::size_t k = 0; k < members_each; ++k) {
            here.members.push_back(member_of(r, k, rooms, people, members_each));
            command.members.push_back(accounts[here.members.back()].id);
        }
        auto by = system;
        by.user = command.members.front();
        const auto created = need(work->write(
            by, [&](kernel::writing& to) { return kernel::create_conversation(work->env(), to, by, command); }));
        here.id = created.row.id.text();
        made.rooms.push_back(std::move(here));
    }
    return made;
}

}  // namespace parley::load

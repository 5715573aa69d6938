// Many use cases in one write job each hundred people, which is what a bulk import would do.
#include "load/seed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <span>
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
constexpr std::size_t tenants_at_once = 64;

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

std::vector<account> make_people(server::workspace& work, const kernel::caller& system, std::size_t people) {
    std::vector<account> made;
    for (std::size_t first = 0; first < people; first += at_once) {
        const auto last = std::min(people, first + at_once);
        auto more = need(
            work.write(system, [&](kernel::writing& to) { return make_people(work.env(), to, system, first, last); }));
        std::ranges::move(more, std::back_inserter(made));
    }
    return made;
}

/// By their first members. Gives `rooms` the ids that they got.
result<bool> make_rooms(const kernel::environment& env, kernel::writing& to, const kernel::caller& system,
                        const std::vector<account>& people, std::span<room> rooms) {
    for (auto& here : rooms) {
        kernel::create_conversation_command command{.name = "room " + here.id};
        for (const auto member : here.members) command.members.push_back(people[member].id);
        auto by = system;
        by.user = command.members.front();
        const auto made = kernel::create_conversation(env, to, by, command);
        if (!made) return std::unexpected(made.error());
        here.id = made->row.id.text();
    }
    return true;
}

void make_rooms(server::workspace& work, const kernel::caller& system, const std::vector<account>& people,
                std::vector<room>& rooms) {
    for (std::size_t first = 0; first < rooms.size(); first += at_once) {
        const auto some = std::span(rooms).subspan(first, std::min(at_once, rooms.size() - first));
        // A job may run again, and begins with the plan's names then.
        const std::vector<room> planned(some.begin(), some.end());
        need(work.write(system, [&](kernel::writing& to) {
            std::ranges::copy(planned, some.begin());
            return make_rooms(work.env(), to, system, people, some);
        }));
    }
}

std::vector<tenant> make_tenants(server::workspace& work, std::size_t tenants) {
    std::vector<tenant> made;
    for (std::size_t i = 0; i < tenants; ++i)
        made.push_back({.id = work.env().ids.next<tenant_id>(),
                        .name = fmt::format("tenant{}", i),
                        .created_at = work.env().time.now()});
    need(server::look_up_now(work.store(), [&](kernel::directory& all) -> result<bool> {
        for (const auto& one : made) all.insert(one);
        return true;
    }));
    return made;
}

/// So many conversations of two in this tenant, as seed_tenants() gives them.
void add_pairs(server::workspace& work, const tenant& where, std::size_t pairs, population& to) {
    const kernel::caller system{.tenant = where.id, .tenant_name = where.name, .user = {}, .request_id = {}};
    const auto accounts = make_people(work, system, 2 * pairs);
    std::vector<room> own;
    for (std::size_t r = 0; r < pairs; ++r) own.push_back({.id = std::to_string(r), .members = {2 * r, 2 * r + 1}});
    make_rooms(work, system, accounts, own);
    for (std::size_t r = 0; r < pairs; ++r) {
        to.rooms.push_back({.id = own[r].id, .members = {to.people.size()}});
        to.people.push_back({.id = accounts[2 * r].id.text(), .token = accounts[2 * r].token});
    }
}

}  // namespace

population seed(const std::filesystem::path& config, const std::string& tenant, std::size_t people, std::size_t rooms,
                std::size_t members_each) {
    return seed(config, tenant, plan(people, rooms, members_each));
}

population seed(const std::filesystem::path& config, const std::string& tenant, population planned) {
    const auto work = open_workspace(config);
    const auto system = need(work->system_in(tenant));
    const auto accounts = make_people(*work, system, planned.people.size());
    for (std::size_t i = 0; i < accounts.size(); ++i)
        planned.people[i] = {.id = accounts[i].id.text(), .token = accounts[i].token};
    make_rooms(*work, system, accounts, planned.rooms);
    return planned;
}

population seed_tenants(const std::filesystem::path& config, std::size_t tenants, std::size_t rooms) {
    const auto work = open_workspace(config);
    const auto all = make_tenants(*work, tenants);
    // Each waits for its own commits, and those of many go together.
    std::vector<std::future<population>> parts;
    for (std::size_t part = 0; part < tenants_at_once; ++part)
        parts.push_back(std::async(std::launch::async, [&work, &all, part, each = rooms / tenants] {
            population made;
            for (auto i = part; i < all.size(); i += tenants_at_once) add_pairs(*work, all[i], each, made);
            return made;
        }));
    population made;
    for (auto& part : parts) {
        const auto more = part.get();
        for (const auto& here : more.rooms)
            made.rooms.push_back({here.id, {here.members.front() + made.people.size()}});
        made.people.insert(made.people.end(), more.people.begin(), more.people.end());
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

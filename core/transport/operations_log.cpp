// How a client comes to know everything and stays so: snapshot and log; and what the server is and offers.
#include <algorithm>

#include "base/version.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/present.hpp"
#include "transport/conversation_entry.hpp"
#include "transport/event_wait.hpp"
#include "transport/operations.hpp"
#include "transport/self.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::int64_t most_events = 1000;
constexpr std::int64_t longest_wait = 60;

struct taken_snapshot {
    json::object body;
    std::vector<user_id> contacts;
};

result<taken_snapshot> take(const kernel::environment& env, kernel::reading& from, const kernel::caller& by) {
    const auto taken = kernel::take_snapshot(env, from, by);
    if (!taken) return std::unexpected(taken.error());
    const auto who = kernel::access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto body = listed("conversations", taken->conversations, [](const auto& one) { return present(one); });
    json::array people;
    for (const auto& one : taken->people) people.emplace_back(kernel::present(one));
    body["position"] = taken->at;
    body["self"] = present_self(*who);
    body["people"] = std::move(people);
    body["limits"] = present_limits(*env.settings.of(by.tenant_name));
    return taken_snapshot{std::move(body), taken->contacts};
}

/// The rows come from the store, and who is here now from the room.
void get_snapshot(call it) {
    const auto one = std::make_shared<call>(std::move(it));
    const auto run = [one](kernel::reading& from) {
        auto taken = take(one->with.env, from, one->by);
        if (!taken) return one->reply(std::unexpected(taken.error()));
        one->with.room.presence_of(one->by.tenant, std::move(taken->contacts),
                                   [one, body = std::move(taken->body)](auto seen) mutable {
                                       body["presence"] = present(std::span<const live::seen_presence>(seen));
                                       one->reply(answer{200, std::move(body)});
                                   });
    };
    one->with.store.read({.tenant = one->by.tenant, .run = run, .failed = [one](error why) {
                              one->reply(std::unexpected(std::move(why)));
                          }});
}

result<answer> get_events(const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                          const input& in) {
    const auto page =
        kernel::read_log(env, from, by, in.integer("since", 0), static_cast<int>(in.integer("limit", usual_events)));
    if (!page) return std::unexpected(page.error());
    return answer{200, present(*page)};
}

void wait_for_events(call it) {
    auto& room = it.with.room;
    room.wait_for_events(std::move(it));
}

void get_server(call it) {
    json::object body{{"name", "Parley"}, {"version", version}, {"tenant", nullptr}};
    if (it.by.tenant) {
        const auto settings = it.with.env.settings.of(it.by.tenant_name);
        const auto& shown = settings->display_name.empty() ? it.by.tenant_name : settings->display_name;
        body["tenant"] =
            json::object{{"name", it.by.tenant_name}, {"display_name", shown}, {"description", settings->description}};
    }
    it.reply(answer{200, std::move(body)});
}

std::string_view name_of(kernel::party those) {
    switch (those) {
        case kernel::party::nobody:
            return "nobody";
        case kernel::party::members:
            return "members";
        case kernel::party::admins:
            return "admins";
    }
    return "nobody";
}

json::object present(const permission_catalogue& all, const kernel::conversation_kind& kind) {
    return {{"name", kind.name},
            {"sentence", kind.sentence},
            {"made_with", kind.made_with ? json::value(all.name_of(*kind.made_with)) : json::value(nullptr)},
            {"managed_with", all.name_of(kind.managed_with)},
            {"writes", name_of(kind.writes)},
            {"adds_members", name_of(kind.adds_members)},
            {"leaves", name_of(kind.leaves)},
            {"removes_messages", name_of(kind.removes_messages)},
            {"least_members", kind.least_members},
            {"most_members", kind.most_members == 0 ? json::value(nullptr) : json::value(kind.most_members)},
            {"named", kind.named},
            {"listed", kind.listed},
            {"one_per_party", kind.one_per_party},
            {"view_hints", kind.view_hints}};
}

void list_kinds(call it) {
    const auto& env = it.with.env;
    json::array all;
    for (const auto& one : env.kinds.all())
        if (kernel::is_on(one, it.by.tenant_name)) all.push_back(present(env.permissions, one));
    it.reply(answer{200, {{"kinds", std::move(all)}}});
}

json::object present(const permission_catalogue& all, const role_info& role) {
    json::array granted;
    for (const auto name : all.names_of(role.granted)) granted.emplace_back(name);
    return {{"name", role.name}, {"sentence", role.sentence}, {"permissions", std::move(granted)}};
}

void list_permissions(call it) {
    const auto& all = it.with.env.permissions;
    auto body = listed("permissions", all.all(), [](const permission_info& one) {
        return json::object{{"name", one.name}, {"sentence", one.sentence}};
    });
    json::array roles;
    for (const auto& one : all.shipped_roles()) roles.emplace_back(present(all, one));
    body["roles"] = std::move(roles);
    it.reply(answer{200, std::move(body)});
}

}  // namespace

std::vector<operation> log_operations() {
    const auto since = required(in_query(number_field("since", 0, "The position of the last event that is known.")));
    const auto limit = in_query(
        integer_field("limit", 1, most_events, "The most entries of the log to read; 200 when it is not said."));
    return {
        {.name = "snapshot.get",
         .method = "GET",
         .path = "/api/v1/snapshot",
         .group = "log",
         .sentence = "Everything a client shows before it scrolls back, and the position from which the log goes on.",
         .fields = {},
         .answers = "Snapshot",
         .problems = {},
         .run = get_snapshot},
        {.name = "events.get",
         .method = "GET",
         .path = "/api/v1/events",
         .group = "log",
         .sentence = "The events after a position that the caller hears; go on from `upto` while there is more.",
         .fields = {since, limit},
         .answers = "EventPage",
         .problems = {410},
         .run = reads(get_events)},
        {.name = "events.wait",
         .method = "GET",
         .path = "/api/v1/events/wait",
         .group = "log",
         .sentence = "The same as soon as there are any, for clients that no WebSocket reaches; whoever goes on asking "
                     "is shown as present.",
         .fields = {since, limit,
                    in_query(integer_field("seconds", 0, longest_wait,
                                           "How long to wait for the first; as long as the server lets when it is not "
                                           "said.")),
                    in_query(number_field("heard", 0,
                                          "`heard` of the answer before, so that nothing passes between two requests; "
                                          "what is in no log begins now when it is not said.")),
                    in_query(field_of(field_type::boolean, "active",
                                      "Whether somebody has done something here since the last time."))},
         .answers = "AwaitedEvents",
         .problems = {410},
         .run = wait_for_events,
         .over = wires::http_alone,
         .waits = true},
        {.name = "server.info",
         .method = "GET",
         .path = "/api/v1/server",
         .group = "server",
         .sentence = "What answers here.",
         .access = access_level::anybody,
         .fields = {},
         .answers = "ServerInfo",
         .problems = {},
         .run = get_server},
        {.name = "kinds.list",
         .method = "GET",
         .path = "/api/v1/kinds",
         .group = "server",
         .sentence = "The kinds of conversation, what each lets whom do, and how clients should show it.",
         .fields = {},
         .answers = "KindList",
         .problems = {},
         .run = list_kinds},
        {.name = "permissions.list",
         .method = "GET",
         .path = "/api/v1/permissions",
         .group = "server",
         .sentence = "The permissions and the shipped roles that grant them.",
         .fields = {},
         .answers = "PermissionList",
         .problems = {},
         .run = list_permissions},
    };
}

}  // namespace parley::transport

// What happens now: presence and typing. Nothing of it is stored.
#include <algorithm>

#include "kernel/read_conversations.hpp"
#include "transport/operations.hpp"
#include "transport/self.hpp"

namespace parley::transport {
namespace {

/// Those of `asked` with whom the caller shares a conversation; the others are not there for it.
result<std::vector<user_id>> contacts_among(const kernel::environment& env, std::vector<user_id> asked,
                                            kernel::reading& from, const kernel::caller& by) {
    const auto known = kernel::my_contacts(env, from, by);
    if (!known) return std::unexpected(known.error());
    std::erase_if(asked, [&](user_id one) { return std::ranges::find(*known, one) == known->end(); });
    return asked;
}

void get_presence(call it) {
    const auto one = std::make_shared<call>(std::move(it));
    const auto run = [one](kernel::reading& from) {
        auto seen = contacts_among(one->with.env, one->in.ids<user_id>("users"), from, one->by);
        if (!seen) return one->reply(std::unexpected(seen.error()));
        one->with.room.presence_of(one->by.tenant, std::move(*seen), [one](auto here) {
            one->reply(answer{200, {{"presence", present(std::span<const live::seen_presence>(here))}}});
        });
    };
    one->with.store.read({.tenant = one->by.tenant, .run = run, .failed = [one](error why) {
                              one->reply(std::unexpected(std::move(why)));
                          }});
}

void set_presence(call it) {
    auto& room = it.with.room;
    reply_with_read(std::move(it),
                    [&room](const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                            const input& in) -> result<answer> {
                        const auto who = kernel::access::authorise(env, from, by);
                        if (!who) return std::unexpected(who.error());
                        if (const auto chosen = kernel::parse_presence(in.text("presence")))
                            room.choose_presence(by.tenant, who->id(), *chosen);
                        return answer{};
                    });
}

/// The conversation of the input, in which the caller may write at this moment.
result<kernel::seen_conversation> writable(const kernel::environment& env, kernel::reading& from,
                                           const kernel::caller& by, const input& in) {
    const auto who = kernel::access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto where = kernel::access::enter(env, from, *who, in.id<conversation_id>("conversation"));
    if (!where) return where;
    if (auto may = kernel::access::takes_messages(*where); !may) return std::unexpected(may.error());
    return where;
}

void start_typing(call it) {
    auto& room = it.with.room;
    reply_with_read(std::move(it),
                    [&room](const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                            const input& in) -> result<answer> {
                        const auto where = writable(env, from, by, in);
                        if (!where) return std::unexpected(where.error());
                        const std::chrono::seconds lasts{env.settings.of(by.tenant_name)->presence.typing_seconds};
                        room.typing(by.tenant, where->row.id, by.user, lasts);
                        return answer{};
                    });
}

void stop_typing(call it) {
    auto& room = it.with.room;
    reply_with_read(std::move(it),
                    [&room](const kernel::environment& env, kernel::reading& from, const kernel::caller& by,
                            const input& in) -> result<answer> {
                        const auto where = writable(env, from, by, in);
                        if (!where) return std::unexpected(where.error());
                        room.stopped_typing(by.tenant, where->row.id, by.user);
                        return answer{};
                    });
}

}  // namespace

std::vector<operation> live_operations() {
    const auto where = path_id("conversation", "The conversation's id.");
    return {
        {.name = "presence.get",
         .method = "GET",
         .path = "/api/v1/presence",
         .group = "live",
         .sentence =
             "Who of these people is here; only those with whom a conversation is shared, without who is offline.",
         .fields = {required(in_query(ids_field("users", 200, "Whose presence to tell.")))},
         .answers = "PresenceList",
         .problems = {},
         .run = get_presence},
        {.name = "presence.set",
         .method = "PUT",
         .path = "/api/v1/users/me/presence",
         .group = "live",
         .sentence = "How one wants to be shown while any device is connected; online takes the choice back.",
         .fields = {required(choice_field("presence", {"online", "away", "busy"}, "What the others see."))},
         .problems = {},
         .run = set_presence,
         .counted_as = route_class::live},
        {.name = "typing.start",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/typing",
         .group = "live",
         .sentence = "Says that one is writing there; it ends by itself unless it is said again.",
         .fields = {where},
         .problems = {403, 409},
         .run = start_typing,
         .counted_as = route_class::live},
        {.name = "typing.stop",
         .method = "DELETE",
         .path = "/api/v1/conversations/{conversation}/typing",
         .group = "live",
         .sentence = "Says that one is not writing there any more.",
         .fields = {where},
         .problems = {403, 409},
         .run = stop_typing,
         .counted_as = route_class::live},
    };
}

}  // namespace parley::transport

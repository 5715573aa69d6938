// One's own view of a conversation: how far it is read, whether it is pinned, what it may ring for.
#include "kernel/present.hpp"
#include "kernel/read_state.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

using kernel::caller;
using kernel::environment;
using kernel::writing;

result<answer> shown(const result<kernel::read_state>& now) {
    if (!now) return std::unexpected(now.error());
    return answer{200, kernel::present(now->as, now->counts)};
}

result<answer> mark(const environment& env, writing& w, const caller& by, const input& in) {
    return shown(kernel::mark_read(env, w, by, in.id<conversation_id>("conversation"), in.integer("seq", 0)));
}

result<answer> unmark(const environment& env, writing& w, const caller& by, const input& in) {
    return shown(kernel::mark_unread(env, w, by, in.id<conversation_id>("conversation"), in.integer("seq", 0)));
}

result<answer> update(const environment& env, writing& w, const caller& by, const input& in) {
    kernel::membership_change change;
    if (const auto pinned = in.boolean("pinned"))
        change.pin = *pinned ? kernel::pinning::pinned : kernel::pinning::unpinned;
    if (in.has("notify")) change.notify = parse_notify_level(in.text("notify"));
    return shown(kernel::change_membership(env, w, by, in.id<conversation_id>("conversation"), change));
}

}  // namespace

std::vector<operation> read_state_operations() {
    const auto where = path_id("conversation", "The conversation's id.");
    return {
        {.name = "read.mark",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/read",
         .group = "read state",
         .sentence = "Everything up to a sequence is read; it never goes back.",
         .fields = {where, required(number_field("seq", 0, "The last sequence that is read."))},
         .answers = "Membership",
         .problems = {403},
         .run = writes(mark),
         .counted_as = route_class::live},
        {.name = "read.unmark",
         .method = "POST",
         .path = "/api/v1/conversations/{conversation}/unread",
         .group = "read state",
         .sentence = "Makes a message the first unread one.",
         .fields = {where, required(number_field("seq", 1, "The sequence of the first message to be unread."))},
         .answers = "Membership",
         .problems = {403},
         .run = writes(unmark),
         .counted_as = route_class::live},
        {.name = "membership.update",
         .method = "PATCH",
         .path = "/api/v1/conversations/{conversation}/membership",
         .group = "read state",
         .sentence = "One's own settings of a conversation; nobody else hears of them.",
         .fields = {where, field_of(field_type::boolean, "pinned", "Whether it stands at the top of one's list."),
                    choice_field("notify", {"all", "mentions", "none"}, "What it may notify of.")},
         .answers = "Membership",
         .problems = {403},
         .run = writes(update)},
    };
}

}  // namespace parley::transport

// Pages of messages that the caller may see.
#include "kernel/read_messages.hpp"

#include <algorithm>

#include "kernel/message_draft.hpp"

namespace parley::kernel {
namespace {

struct opened {
    actor who;
    seen_conversation in;
};

result<opened> open(const environment& env, reading& from, const caller& by, conversation_id id) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, from, *who, id);
    if (!in) return std::unexpected(in.error());
    return opened{std::move(*who), std::move(*in)};
}

result<void> check_limit(int limit) {
    if (limit >= 1 && limit <= max_page) return {};
    return invalid("limit_invalid", "A page has 1 to 200 entries.", "limit");
}

/// Sequences have no holes, but messages deleted for good leave some; so "more" is asked of the ends, not counted.
message_page page_of(reading& from, const opened& by, std::vector<message> found) {
    message_page page{.messages = {}, .last_sequence = by.in.row.last_sequence, .reader = viewer_of(by.who)};
    if (!found.empty()) {
        page.more_before = found.front().seq > 1;
        page.more_after = found.back().seq < by.in.row.last_sequence;
    }
    page.messages = views_of(from, std::move(found));
    return page;
}

}  // namespace

result<message_page> read_history(const environment& env, reading& from, const caller& by, conversation_id id,
                                  page_range range) {
    if (auto fits = check_limit(range.limit); !fits) return std::unexpected(fits.error());
    auto in = open(env, from, by, id);
    if (!in) return std::unexpected(in.error());
    return page_of(from, *in, from.history(rows(), id, range));
}

result<message_page> read_around(const environment& env, reading& from, const caller& by, conversation_id id,
                                 sequence middle, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto in = open(env, from, by, id);
    if (!in) return std::unexpected(in.error());
    using enum page_range::direction;
    const int half = limit / 2;
    auto found = from.history(rows(), id, {.toward = before, .from = std::max<sequence>(middle, 1), .limit = half});
    if (middle <= 1) found.clear();
    auto after_it = from.history(rows(), id, {.toward = after, .from = middle - 1, .limit = limit - half});
    std::ranges::move(after_it, std::back_inserter(found));
    return page_of(from, *in, std::move(found));
}

result<message_page> read_thread(const environment& env, reading& from, const caller& by, message_id root,
                                 sequence after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, root);
    if (!seen) return std::unexpected(seen.error());
    auto found = from.replies(rows(), root, after, limit + 1);
    message_page page{.messages = {}, .last_sequence = seen->in.row.last_sequence, .reader = viewer_of(*who)};
    page.more_after = found.size() > static_cast<std::size_t>(limit);
    if (page.more_after) found.pop_back();
    page.more_before = after > 0;
    page.messages = views_of(from, std::move(found));
    return page;
}

result<message_page> read_withheld(const environment& env, reading& from, const caller& by, conversation_id id,
                                   message_id after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto in = open(env, from, by, id);
    if (!in) return std::unexpected(in.error());
    const auto whose = in->who.may(permission::messages_review) ? user_id{} : in->who.id();
    auto found = from.withheld(rows(), id, whose, after, limit + 1);
    message_page page{
        .messages = {}, .last_sequence = in->in.row.last_sequence, .reader = viewer_of(in->who)};
    page.more_after = found.size() > static_cast<std::size_t>(limit);
    if (page.more_after) found.pop_back();
    page.more_before = static_cast<bool>(after);
    page.messages = views_of(from, std::move(found));
    return page;
}

result<one_message> read_message(const environment& env, reading& from, const caller& by, message_id id) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, id);
    if (!seen) return std::unexpected(seen.error());
    return one_message{view_of(from, std::move(seen->row)), viewer_of(*who)};
}

}  // namespace parley::kernel

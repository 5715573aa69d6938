// Pages of messages that the caller may see.
#include "kernel/read_messages.hpp"

#include <algorithm>

#include "kernel/message_draft.hpp"
#include "kernel/page_bytes.hpp"

namespace parley::kernel {
namespace {

struct opened {
    actor who;
    seen_conversation in;
};

result<opened> open(const environment& env, reading& from, const caller& by, conversation_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, from, *who, id);
    if (!in) return std::unexpected(in.error());
    return opened{std::move(*who), std::move(*in)};
}

/// Of a page in growing order the messages nearest to where it began, as many as fit and at least one.
std::vector<message> within(std::size_t bytes, page_range::direction toward, std::vector<message> found) {
    const bool from_end = toward == page_range::direction::before;
    std::size_t kept = 0;
    for (std::size_t sum = 0; kept < found.size(); ++kept) {
        const auto& next = from_end ? found[found.size() - 1 - kept] : found[kept];
        sum += bytes_of(next);
        if (kept > 0 && sum > bytes) break;
    }
    const auto gone = static_cast<std::ptrdiff_t>(found.size() - kept);
    if (from_end)
        found.erase(found.begin(), found.begin() + gone);
    else
        found.erase(found.end() - gone, found.end());
    return found;
}

/// Sequences have no holes, but messages deleted for good leave some; so "more" is asked of the ends, not counted. Of
/// an empty page the caller says where its ends are.
message_page page_of(reading& from, const opened& by, std::vector<message> found) {
    message_page page{.messages = {}, .last_sequence = by.in.row.last_sequence, .reader = viewer_of(by.who, by.in)};
    if (!found.empty()) {
        page.more_before = found.front().seq > 1;
        page.more_after = found.back().seq < by.in.row.last_sequence;
    }
    page.messages = views_of(from, std::move(found));
    return page;
}

/// Takes what fits of one more than was asked for, so that it shows whether there is more.
void fill(message_page& page, reading& from, std::vector<message> found, int limit) {
    const auto there = found.size();
    if (there > static_cast<std::size_t>(limit)) found.pop_back();
    found = within(page_bytes, page_range::direction::after, std::move(found));
    page.more_after = found.size() < there;
    page.messages = views_of(from, std::move(found));
}

}  // namespace

result<void> check_limit(int limit) {
    if (limit >= 1 && limit <= max_page) return {};
    return invalid("limit_invalid", "A page has 1 to 200 entries.", "limit");
}

result<message_page> read_history(const environment& env, reading& from, const caller& by, conversation_id id,
                                  page_range range) {
    if (auto fits = check_limit(range.limit); !fits) return std::unexpected(fits.error());
    auto in = open(env, from, by, id);
    if (!in) return std::unexpected(in.error());
    auto page = page_of(from, *in, within(page_bytes, range.toward, from.history(rows(), id, range)));
    if (!page.messages.empty()) return page;
    const auto last = in->in.row.last_sequence;
    if (range.toward == page_range::direction::after)
        page.more_before = last > 0 && range.from > 0;
    else
        page.more_after = range.from > 0 && range.from <= last;
    return page;
}

result<message_page> read_around(const environment& env, reading& from, const caller& by, conversation_id id,
                                 sequence middle, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto in = open(env, from, by, id);
    if (!in) return std::unexpected(in.error());
    using enum page_range::direction;
    const int half = limit / 2;
    const auto side = [&](page_range range) {
        return within(page_bytes / 2, range.toward, from.history(rows(), id, range));
    };
    std::vector<message> found;
    if (middle > 1 && half > 0) found = side({.toward = before, .from = middle, .limit = half});
    std::ranges::move(side({.toward = after, .from = middle - 1, .limit = limit - half}), std::back_inserter(found));
    return page_of(from, *in, std::move(found));
}

result<message_page> read_thread(const environment& env, reading& from, const caller& by, message_id root,
                                 sequence after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, root);
    if (!seen) return std::unexpected(seen.error());
    auto found = from.replies(rows(), root, after, limit + 1);
    message_page page{.messages = {}, .last_sequence = seen->in.row.last_sequence, .reader = viewer_of(*who, seen->in)};
    page.more_before = after > 0;
    fill(page, from, std::move(found), limit);
    return page;
}

result<message_page> read_withheld(const environment& env, reading& from, const caller& by, conversation_id id,
                                   message_id after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto in = open(env, from, by, id);
    if (!in) return std::unexpected(in.error());
    const auto whose = in->in.may(permission::messages_review) ? user_id{} : in->who.id();
    auto found = from.withheld(rows(), id, whose, after, limit + 1);
    message_page page{.messages = {}, .last_sequence = in->in.row.last_sequence, .reader = viewer_of(in->who, in->in)};
    page.more_before = static_cast<bool>(after);
    fill(page, from, std::move(found), limit);
    return page;
}

result<one_message> read_message(const environment& env, reading& from, const caller& by, message_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, id);
    if (!seen) return std::unexpected(seen.error());
    const auto reader = viewer_of(*who, seen->in);
    return one_message{view_of(from, std::move(seen->row)), reader};
}

}  // namespace parley::kernel

// Messages and what hangs on them.
#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {
namespace {

using q = odb::query<message_row>;

const short published = static_cast<short>(message_state::published);

}  // namespace

std::vector<message> rows::load_messages(const odb::query_base& asked) {
    std::vector<message> all;
    std::vector<std::size_t> with_mentions;
    each<message_row>(db_, asked, [&](const message_row& row) {
        if (row.mention_count != 0) with_mentions.push_back(all.size());
        all.push_back(to_value(row));
    });
    add_mentions(all, with_mentions);
    return all;
}

void rows::add_mentions(std::span<message> to, std::span<const std::size_t> who_has_some) {
    using m = odb::query<mention_row>;
    std::unordered_map<bigint, message*> by_id;
    std::vector<bigint> ids;
    for (const auto at : who_has_some) {
        by_id[to[at].id.value] = &to[at];
        ids.push_back(to[at].id.value);
    }
    in_slices<bigint>(ids, [&](std::span<const bigint> some) {
        each<mention_row>(
            db_,
            (m::key.message.in_range(some.begin(), some.end()) && m::tenant == tenant_.value) + "ORDER BY" +
                m::key.message + "," + m::place,
            [&](const mention_row& row) { by_id.at(row.key.message)->mentions.push_back(user_id{row.key.account}); });
    });
}

std::optional<message> rows::find_message(message_id id) {
    message_row row;
    if (!db_.find(id.value, row) || row.tenant != tenant_.value) return std::nullopt;
    auto found = to_value(row);
    const std::size_t itself = 0;
    if (row.mention_count != 0) add_mentions({&found, 1}, {&itself, 1});
    return found;
}

std::vector<message> rows::messages(std::span<const message_id> ids) {
    std::vector<message> all;
    in_slices(ids, [&](std::span<const message_id> some) {
        const auto listed = numbers(some);
        std::ranges::move(load_messages(q::id.in_range(listed.begin(), listed.end()) && q::tenant == tenant_.value),
                          std::back_inserter(all));
    });
    return all;
}

std::optional<message> rows::find_by_client_key(user_id author, std::string_view key) {
    const std::string stored = sender_key(author, key);
    auto found = by_sender_keys({&stored, 1});
    return found.empty() ? std::nullopt : std::make_optional(std::move(found.front()));
}

std::vector<message> rows::by_sender_keys(std::span<const std::string> keys) {
    std::vector<message> all;
    in_slices(keys, [&](std::span<const std::string> some) {
        std::ranges::move(load_messages(q::tenant == tenant_.value && q::sender_key.in_range(some.begin(), some.end())),
                          std::back_inserter(all));
    });
    return all;
}

std::vector<message> rows::history(conversation_id in, kernel::page_range page) {
    q asked(q::conversation == in.value && q::tenant == tenant_.value && q::state == published);
    const bool newest_first = page.toward == kernel::page_range::direction::before;
    if (!newest_first)
        asked = asked && q::seq > page.from;
    else if (page.from != 0)
        asked = asked && q::seq < page.from;
    else
        asked = asked && q::seq.is_not_null();
    auto all = load_messages(asked + "ORDER BY" + q::seq + (newest_first ? "DESC" : "ASC") + most(page.limit));
    if (newest_first) std::ranges::reverse(all);
    return all;
}

std::vector<message> rows::replies(message_id root, sequence after, int limit) {
    return load_messages(
        (q::thread_root == root.value && q::tenant == tenant_.value && q::state == published && q::seq > after) +
        "ORDER BY" + q::seq + most(limit));
}

std::vector<message> rows::withheld(conversation_id in, user_id author, message_id after, int limit) {
    // The number stands as it is, so that the index of withheld messages is seen to fit.
    q asked(q::conversation == in.value && q::tenant == tenant_.value && q::id > after.value &&
            q("\"message\".\"state\" <> 1"));
    if (author) asked = asked && q::author == author.value;
    return load_messages(asked + "ORDER BY" + q::id + most(limit));
}

std::vector<message> rows::held(message_id after, int limit) {
    q asked(q::tenant == tenant_.value && q::id > after.value && q("\"message\".\"state\" = 2"));
    return load_messages(asked + "ORDER BY" + q::id + most(limit));
}

std::vector<revision> rows::revisions(message_id of) {
    using r = odb::query<revision_row>;
    return load_all<revision_row>(
        db_, (r::key.message == of.value && r::tenant == tenant_.value) + "ORDER BY" + r::key.number);
}

unread_counts rows::count_unread(conversation_id in, user_id reader, sequence after) {
    using v = odb::query<unread_view>;
    const auto counts = fmt::format("m.tenant = {} AND m.author <> {} AND m.state = 1 AND m.deleted_at IS NULL",
                                    tenant_.value, reader.value);
    unread_counts counted;
    // Mentions are few and have an index of their own; joined, each unread message would cost a look-up.
    each_view<unread_view>(
        db_,
        v(fmt::format("SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM message m WHERE m.conversation = {0} AND m.seq > {1}"
                      " AND {2} LIMIT {4}) AS messages),"
                      " (SELECT COUNT(*) FROM (SELECT 1 FROM mention n JOIN message m ON m.id = n.message"
                      " WHERE n.account = {3} AND n.conversation = {0} AND n.seq > {1} AND {2} LIMIT {4}) AS mentions)",
                      in.value, after, counts, reader.value, kernel::most_counted_unread)),
        [&](const unread_view& one) { counted = {.messages = one.messages, .mentions = one.mentions}; });
    return counted;
}

thread_summary rows::summarise_thread(message_id root) {
    using t = odb::query<thread_totals_view>;
    using s = odb::query<shown_identity_view>;
    const auto where = fmt::format("WHERE thread_root = {} AND tenant = {} AND state = 1 AND deleted_at IS NULL",
                                   root.value, tenant_.value);
    thread_summary summary;
    each_view<thread_totals_view>(db_,
                                  t("SELECT COUNT(*), (SELECT created_at FROM message " + where +
                                    " ORDER BY seq DESC LIMIT 1) FROM message " + where),
                                  [&](const thread_totals_view& one) {
                                      summary.replies = one.replies;
                                      if (!one.last_reply_at.null())
                                          summary.last_reply_at =
                                              moment{std::chrono::microseconds{one.last_reply_at.get()}};
                                  });
    if (summary.replies == 0) return summary;
    each_view<shown_identity_view>(
        db_,
        s("SELECT shown_from, shown_id, shown_name, shown_avatar FROM message " + where +
          " GROUP BY shown_from, shown_id, shown_name, shown_avatar ORDER BY MIN(seq) LIMIT 20"),
        [&](const shown_identity_view& one) {
            summary.participants.push_back({.from = static_cast<shown_identity::source>(one.from),
                                            .id = one.id,
                                            .name = one.name,
                                            .avatar = one.avatar});
        });
    return summary;
}

}  // namespace parley::storage

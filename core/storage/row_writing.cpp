// What each write does now, and what it leaves for the end of the group.
#include "storage/row_writing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "storage/load.hpp"
#include "storage/prepared.hpp"

namespace parley::storage {
namespace {

template <class Row>
void update_row(odb::database& db, Row row) {
    db.update(row);
}

/// Of a conversation what each message changes.
void take_end(conversation& to, const conversation& from) {
    to.last_sequence = from.last_sequence;
    to.last_message_at = from.last_message_at;
}

/// Those that are used, which is seldom any: so asking is a statement of its own, which need not be planned each time.
std::vector<std::string> known_sender_keys(const std::vector<std::string>& asked, tenant_id of) {
    statement_values values;
    values.add(of.value);
    values.add(asked, std::identity{});
    const auto found = run_prepared(
        "SELECT sender_key FROM message WHERE sender_key = ANY ($2::text[]) AND tenant = $1 AND sender_key IS NOT NULL",
        values);
    std::vector<std::string> known;
    for (int row = 0; row < found.rows(); ++row) known.push_back(found.text(row, 0));
    return known;
}

conversation_end end_of(const conversation& one) {
    conversation_end end{.id = one.id.value, .last_sequence = one.last_sequence, .last_message_at = {}};
    if (one.last_message_at) end.last_message_at = microseconds(*one.last_message_at);
    return end;
}

}  // namespace

row_writing::row_writing(odb::database& db, const tenant_clock_view& clock, tenant_memory& remembers)
    : row_reading(db, tenant_id{clock.tenant}), clock_(clock), memory_(remembers) {}

void row_writing::prefetch(std::vector<std::string> sender_keys) {
    if (rows_.db().id() == odb::id_pgsql) {
        for (const auto& key : sender_keys) by_sender_key_.try_emplace(key);
        sender_keys = known_sender_keys(sender_keys, tenant());
        if (sender_keys.empty()) return;
    }
    for (auto& found : rows_.by_sender_keys(sender_keys)) {
        note(found);
        auto key = sender_key(found.author, found.client_key);
        by_sender_key_[std::move(key)] = std::move(found);
    }
    for (auto& key : sender_keys) by_sender_key_.try_emplace(std::move(key));
}

void row_writing::finish() {
    flush_memory();
    ++clock_.generation;
    waiting_.finish(rows_.db(), clock_);
}

void row_writing::settle() {
    flush_memory();
    write_waiting();
}

void row_writing::write_waiting() { waiting_.write(rows_.db(), clock_); }

void row_writing::flush_memory() {
    const bool in_one_statement = rows_.db().id() == odb::id_pgsql;
    memory_.users.flush([&](const user& one) { update_row(rows_.db(), to_row(one)); });
    memory_.conversations.flush([&](const conversation& one) {
        if (in_one_statement && !changed_beyond_end_.contains(one.id))
            waiting_.add(end_of(one));
        else
            update_row(rows_.db(), to_row(one));
    });
    memory_.members.flush([&](const member& one) { update_row(rows_.db(), to_row(one, tenant())); });
    changed_beyond_end_.clear();
}

/// A row of another tenant here is a mistake that must not reach the database.
void row_writing::require_own(tenant_id of) const {
    if (of != tenant())
        throw std::logic_error(fmt::format("a row of tenant {} in a transaction of {}", of.value, tenant().value));
}

std::vector<event> row_writing::events_after(position since, int limit) {
    write_waiting();
    return rows_.events_after(since, limit);
}

std::optional<user> row_writing::find_user(user_id id) {
    if (const auto* known = memory_.users.find(id)) return *known;
    auto found = rows_.find_user(id);
    if (found) memory_.users.keep(id, *found);
    return found;
}

std::shared_ptr<const custom_role> row_writing::find_custom_role(std::string_view name) {
    const std::string key(name);
    if (const auto* known = memory_.roles.find(key)) return *known;
    auto found = rows_.find_custom_role(name);
    if (found) memory_.roles.keep(key, found);
    return found;
}

std::optional<conversation> row_writing::find_conversation(kernel::access_key, conversation_id id) {
    const auto* known = memory_.conversations.find(id);
    auto found = known == nullptr ? rows_.find_conversation(id) : std::make_optional(*known);
    if (known == nullptr && found) memory_.conversations.keep(id, *found);
    return found && found->deleted_at ? std::nullopt : found;
}

std::optional<member> row_writing::find_member(kernel::access_key, conversation_id in, user_id who) {
    if (const auto* known = memory_.members.find({in, who})) return *known;
    auto found = rows_.find_member(in, who);
    if (found) memory_.members.keep({in, who}, *found);
    return found;
}

std::optional<message> row_writing::find_message(kernel::access_key, message_id id) {
    write_waiting();
    auto found = rows_.find_message(id);
    if (found) note(*found);
    return found;
}

std::optional<message> row_writing::find_by_client_key(kernel::access_key, user_id author, std::string_view key) {
    const auto known = by_sender_key_.find(sender_key(author, key));
    if (known != by_sender_key_.end()) return known->second;
    write_waiting();
    auto found = rows_.find_by_client_key(author, key);
    if (found) note(*found);
    return found;
}

void row_writing::insert(const user& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
    memory_.users.keep(one.id, one);
}

void row_writing::update(const user& one) {
    require_own(one.tenant);
    ++writes_;
    memory_.users.change(one.id, one);
}

void row_writing::insert(const access_token& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
}

void row_writing::update(const access_token& one) {
    require_own(one.tenant);
    ++writes_;
    update_row(rows_.db(), to_row(one));
}

void row_writing::insert(const one_time_link& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
}

void row_writing::update(const one_time_link& one) {
    require_own(one.tenant);
    ++writes_;
    update_row(rows_.db(), to_row(one));
}

int row_writing::erase_links(moment before) {
    using q = odb::query<one_time_link_row>;
    const auto gone =
        rows_.db().erase_query<one_time_link_row>(q::tenant == tenant().value && q::expires_at < microseconds(before));
    if (gone > 0) ++writes_;
    return static_cast<int>(gone);
}

void row_writing::insert(const started_sign_in& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
}

std::optional<started_sign_in> row_writing::find_started(std::string_view digest) {
    started_sign_in_row row;
    if (!rows_.db().find(std::string(digest), row) || row.tenant != tenant().value) return std::nullopt;
    return to_value(row);
}

void row_writing::erase(const started_sign_in& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().erase<started_sign_in_row>(one.digest);
}

int row_writing::erase_started(moment before) {
    using q = odb::query<started_sign_in_row>;
    const auto gone = rows_.db().erase_query<started_sign_in_row>(q::tenant == tenant().value &&
                                                                  q::expires_at < microseconds(before));
    if (gone > 0) ++writes_;
    return static_cast<int>(gone);
}

int row_writing::erase_tokens(moment before) {
    using q = odb::query<access_token_row>;
    const auto at = microseconds(before);
    const auto gone = rows_.db().erase_query<access_token_row>(
        q::tenant == tenant().value && ((q::ends_at < at && q::expires_at < at) || q::revoked_at < at));
    if (gone > 0) ++writes_;
    return static_cast<int>(gone);
}

void row_writing::insert(const second_factor& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
}

void row_writing::update(const second_factor& one) {
    require_own(one.tenant);
    ++writes_;
    update_row(rows_.db(), to_row(one));
}

void row_writing::erase(const second_factor& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().erase<second_factor_row>(one.user.value);
}

void row_writing::insert(const custom_role& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
    memory_.roles.keep(one.name, std::make_shared<const custom_role>(one));
}

void row_writing::update(const custom_role& one) {
    require_own(one.tenant);
    ++writes_;
    update_row(rows_.db(), to_row(one));
    memory_.roles.keep(one.name, std::make_shared<const custom_role>(one));
}

void row_writing::erase(const custom_role& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().erase<custom_role_row>(one.id.value);
    memory_.roles.forget(one.name);
}

void row_writing::insert(const audit_entry& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
}

void row_writing::keep(const plugin_cursor& one) {
    ++writes_;
    auto row = to_row(one, tenant());
    const bool is_there = static_cast<bool>(rows_.db().find<plugin_cursor_row>(row.key));
    is_there ? rows_.db().update(row) : static_cast<void>(rows_.db().persist(row));
}

void row_writing::insert(const plugin_job& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
}

void row_writing::update(const plugin_job& one) {
    require_own(one.tenant);
    ++writes_;
    update_row(rows_.db(), to_row(one));
}

void row_writing::erase(const plugin_job& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().erase<plugin_job_row>(one.id.value);
}

void row_writing::insert(kernel::access_key, const conversation& one) {
    require_own(one.tenant);
    ++writes_;
    rows_.db().persist(to_row(one));
    memory_.conversations.keep(one.id, one);
}

void row_writing::update(kernel::access_key, const conversation& one) {
    require_own(one.tenant);
    ++writes_;
    auto& known = memory_.conversations.to_change(one.id);
    take_end(known, one);
    if (known == one) return;
    changed_beyond_end_.insert(one.id);
    known = one;
}

void row_writing::insert(kernel::access_key, const member& one) {
    ++writes_;
    rows_.db().persist(to_row(one, tenant()));
    memory_.members.keep({one.conversation, one.user}, one);
}

void row_writing::update(kernel::access_key, const member& one) {
    ++writes_;
    memory_.members.change({one.conversation, one.user}, one);
}

void row_writing::erase(kernel::access_key, const member& one) {
    using q = odb::query<member_row>;
    ++writes_;
    rows_.db().erase_query<member_row>(q::key.conversation == one.conversation.value &&
                                       q::key.account == one.user.value && q::tenant == tenant().value);
    memory_.members.forget({one.conversation, one.user});
}

void row_writing::insert(kernel::access_key, const conversation_ban& one) {
    ++writes_;
    rows_.db().persist(to_row(one, tenant()));
}

void row_writing::update(kernel::access_key, const conversation_ban& one) {
    ++writes_;
    update_row(rows_.db(), to_row(one, tenant()));
}

void row_writing::erase(kernel::access_key, const conversation_ban& one) {
    using q = odb::query<conversation_ban_row>;
    ++writes_;
    rows_.db().erase_query<conversation_ban_row>(q::key.conversation == one.conversation.value &&
                                                 q::key.account == one.user.value && q::tenant == tenant().value);
}

void row_writing::insert(kernel::access_key, const message& one) {
    require_own(one.tenant);
    ++writes_;
    auto row = to_row(one);
    // It was told to be free; whoever asks for it again, which is rare, gets it from the database.
    if (!row.sender_key.null()) by_sender_key_.erase(row.sender_key.get());
    waiting_.add(std::move(row));
    insert_mentions(one);
}

void row_writing::update(kernel::access_key, const message& one) {
    require_own(one.tenant);
    ++writes_;
    write_waiting();
    update_row(rows_.db(), to_row(one));
    const auto known = mentions_.find(one.id);
    const stored_mentions now{one.mentions, one.seq};
    if (known == mentions_.end() || known->second != now) {
        erase_mentions(one.id);
        insert_mentions(one);
    }
    note(one);
    if (!one.client_key.empty()) by_sender_key_.erase(sender_key(one.author, one.client_key));
}

void row_writing::erase(kernel::access_key key, const message& one) {
    require_own(one.tenant);
    ++writes_;
    write_waiting();
    erase_revisions(key, one.id);
    erase_mentions(one.id);
    rows_.db().erase<message_row>(one.id.value);
    mentions_.erase(one.id);
    if (!one.client_key.empty()) by_sender_key_[sender_key(one.author, one.client_key)] = std::nullopt;
}

void row_writing::insert(kernel::access_key, const revision& one) {
    ++writes_;
    rows_.db().persist(to_row(one, tenant()));
}

void row_writing::erase_revisions(kernel::access_key, message_id of) {
    using q = odb::query<revision_row>;
    ++writes_;
    rows_.db().erase_query<revision_row>(q::key.message == of.value && q::tenant == tenant().value);
}

void row_writing::insert_mentions(const message& of) {
    for (std::size_t place = 0; place < of.mentions.size(); ++place) rows_.db().persist(to_mention(of, place));
}

void row_writing::erase_mentions(message_id of) {
    using q = odb::query<mention_row>;
    rows_.db().erase_query<mention_row>(q::key.message == of.value && q::tenant == tenant().value);
}

/// So that an update that leaves the mentions alone, as each reply's update of its thread's root does, costs none.
void row_writing::note(const message& as_stored) { mentions_[as_stored.id] = {as_stored.mentions, as_stored.seq}; }

position row_writing::append(event one) {
    ++writes_;
    one.at = ++clock_.position;
    waiting_.add(to_row(one, tenant()));
    events_.push_back(std::make_shared<const event>(std::move(one)));
    return clock_.position;
}

void row_writing::trim_log(position until) {
    using q = odb::query<event_row>;
    ++writes_;
    write_waiting();
    rows_.db().erase_query<event_row>(q::key.tenant == tenant().value && q::key.position <= until);
    clock_.log_begin = std::max(clock_.log_begin, std::min(until, clock_.position));
}

position row_writing::log_position_before(moment before) {
    write_waiting();
    return rows_.log_position_before(before);
}

}  // namespace parley::storage

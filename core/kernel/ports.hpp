// What the kernel needs from outside, and what each adapter promises.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "model/audit_entry.hpp"
#include "model/conversation.hpp"
#include "model/event.hpp"
#include "model/message.hpp"
#include "model/plugin_state.hpp"
#include "model/role.hpp"
#include "model/settings.hpp"
#include "model/started_sign_in.hpp"
#include "model/user.hpp"

namespace parley::kernel {

/// Only access.cpp makes one. A function that takes it hands out rows without asking who wants them.
class access_key {
    access_key() = default;
    friend class access;
};

/// Unread messages are counted up to here; the number means "so many or more", and counting stays cheap.
inline constexpr std::int64_t most_counted_unread = 10'000;

/// A slice of a conversation's history, by sequence.
struct page_range {
    enum class direction { before = 1, after };
    direction toward = direction::before;
    sequence from = 0;  ///< exclusive; 0 with `before` means from the newest
    int limit = 50;
};

/// A slice of the audit log, the newest first.
struct audit_query {
    audit_id before{};     ///< exclusive; none: from the newest
    std::string action{};  ///< empty: all
    user_id actor{};       ///< none: all
    int limit = 50;
};

struct membership {
    conversation in;
    member as;
};

struct member_entry {
    member as;
    user who;
};

struct ban_entry {
    conversation_ban what;
    user who;
};

/// One tenant's rows as they are at one moment. Used on the thread it was handed out on, for as long as the job runs.
/// Throws only what the environment breaks (a lost database).
class reading {
public:
    virtual ~reading() = default;

    [[nodiscard]] virtual tenant_id tenant() const = 0;
    /// The last position of the tenant's log, 0 before the first event.
    [[nodiscard]] virtual position log_end() = 0;
    /// The log reaches back to the events after this position.
    [[nodiscard]] virtual position log_begin() = 0;
    /// Events with since < position <= log_end(), in order, at most `limit`; views are not filled.
    [[nodiscard]] virtual std::vector<event> events_after(position since, int limit) = 0;

    [[nodiscard]] virtual std::optional<user> find_user(user_id) = 0;
    [[nodiscard]] virtual std::optional<user> find_user(std::string_view username) = 0;
    /// In no particular order; those that are not there are left out.
    [[nodiscard]] virtual std::vector<user> users(std::span<const user_id>) = 0;
    [[nodiscard]] virtual std::vector<user> users(std::span<const std::string> usernames) = 0;
    /// By username, after `after` (exclusive, empty for the start), username or display name starting with `prefix`.
    [[nodiscard]] virtual std::vector<user> list_users(std::string_view prefix, std::string_view after, int limit) = 0;
    [[nodiscard]] virtual std::vector<access_token> tokens_of(user_id) = 0;
    [[nodiscard]] virtual std::optional<access_token> find_token(token_id) = 0;
    /// The session whose refresh tokens have this in common.
    [[nodiscard]] virtual std::optional<access_token> find_family(std::string_view digest) = 0;
    /// The user that outside is called so.
    [[nodiscard]] virtual std::optional<user> find_external(std::string_view external_id) = 0;
    /// Accounts that ended by themselves before `now` and are not disabled yet.
    [[nodiscard]] virtual std::vector<user> ended_users(moment now, int limit) = 0;
    [[nodiscard]] virtual std::optional<one_time_link> find_link(std::string_view digest) = 0;
    [[nodiscard]] virtual std::optional<second_factor> find_second_factor(user_id) = 0;

    /// One of the tenant's own roles; null when there is none of this name. Shipped ones are no rows.
    [[nodiscard]] virtual std::shared_ptr<const custom_role> find_custom_role(std::string_view name) = 0;
    /// By name.
    [[nodiscard]] virtual std::vector<custom_role> custom_roles() = 0;
    /// The accounts that have this role, disabled ones too, growing.
    [[nodiscard]] virtual std::vector<user_id> users_of_role(std::string_view name) = 0;

    [[nodiscard]] virtual std::vector<audit_entry> audit(access_key, const audit_query&) = 0;

    /// Of every plugin that was on here and not removed since; few.
    [[nodiscard]] virtual std::vector<plugin_cursor> plugin_cursors() = 0;
    [[nodiscard]] virtual std::optional<plugin_job> find_plugin_job(plugin_job_id) = 0;
    [[nodiscard]] virtual std::optional<plugin_job> find_plugin_job(std::string_view plugin, std::string_view job,
                                                                    std::string_view key) = 0;

    // Raw access to conversations and what is in them, behind the key. A deleted conversation is not found.
    [[nodiscard]] virtual std::optional<conversation> find_conversation(access_key, conversation_id) = 0;
    [[nodiscard]] virtual std::optional<conversation> find_direct(access_key, std::string_view direct_key) = 0;
    /// Open, not archived conversations by name, after (name, id), name containing `contains`.
    [[nodiscard]] virtual std::vector<conversation> list_open(access_key, std::string_view contains,
                                                              std::string_view after_name, conversation_id after_id,
                                                              int limit) = 0;
    [[nodiscard]] virtual std::optional<member> find_member(access_key, conversation_id, user_id) = 0;
    [[nodiscard]] virtual std::vector<membership> memberships_of(access_key, user_id) = 0;
    /// By user id, after `after`.
    [[nodiscard]] virtual std::vector<member_entry> members(access_key, conversation_id, user_id after, int limit) = 0;
    /// Those to whom this role is granted in one conversation or another.
    [[nodiscard]] virtual std::vector<member> members_granted(access_key, std::string_view role) = 0;
    [[nodiscard]] virtual std::int64_t count_owners(access_key, conversation_id) = 0;
    // Bans, also those that are over.
    [[nodiscard]] virtual std::optional<conversation_ban> find_ban(access_key, conversation_id, user_id) = 0;
    [[nodiscard]] virtual std::vector<conversation_ban> bans_of(access_key, user_id) = 0;
    /// By user id, after `after`; those that hold at `now`.
    [[nodiscard]] virtual std::vector<ban_entry> bans(access_key, conversation_id, moment now, user_id after,
                                                      int limit) = 0;
    /// All users who share a conversation with this one, itself included.
    [[nodiscard]] virtual std::vector<user_id> contacts_of(access_key, user_id) = 0;

    [[nodiscard]] virtual std::optional<message> find_message(access_key, message_id) = 0;
    [[nodiscard]] virtual std::vector<message> messages(access_key, std::span<const message_id>) = 0;
    /// The author's message with this client key.
    [[nodiscard]] virtual std::optional<message> find_by_client_key(access_key, user_id author, std::string_view) = 0;
    /// Published messages, deleted ones included, always in growing sequence.
    [[nodiscard]] virtual std::vector<message> history(access_key, conversation_id, page_range) = 0;
    /// Published replies of a thread, in growing sequence, after `after`.
    [[nodiscard]] virtual std::vector<message> replies(access_key, message_id root, sequence after, int limit) = 0;
    /// Held and rejected messages by id; of one author, or of all when `author` is none.
    [[nodiscard]] virtual std::vector<message> withheld(access_key, conversation_id, user_id author, message_id after,
                                                        int limit) = 0;
    /// Messages of the whole tenant that wait for a verdict, by id, after `after`.
    [[nodiscard]] virtual std::vector<message> held(access_key, message_id after, int limit) = 0;
    [[nodiscard]] virtual std::vector<revision> revisions(access_key, message_id) = 0;
    /// Published, not deleted messages after `after` that `reader` did not write; and those of them that mention it.
    /// Neither goes beyond most_counted_unread.
    [[nodiscard]] virtual unread_counts count_unread(access_key, conversation_id, user_id reader, sequence after) = 0;
    /// Of the published, not deleted replies of a thread: how many, when the last was made, and the
    /// identities shown, at most 20 in order of their first reply.
    [[nodiscard]] virtual thread_summary summarise_thread(access_key, message_id root) = 0;
};

/// The same inside the transaction that the group commit will end. What is written is seen by later reads of the
/// transaction. A use case checks first and writes after: one that fails must not have written.
class writing : public reading {
public:
    virtual void insert(const user&) = 0;
    virtual void update(const user&) = 0;
    virtual void insert(const access_token&) = 0;
    virtual void update(const access_token&) = 0;
    virtual void insert(const one_time_link&) = 0;
    virtual void update(const one_time_link&) = 0;
    /// Forgets links that were over before `before`; answers how many.
    virtual int erase_links(moment before) = 0;
    virtual void insert(const started_sign_in&) = 0;
    [[nodiscard]] virtual std::optional<started_sign_in> find_started(std::string_view digest) = 0;
    /// It is finished, and can be no second time.
    virtual void erase(const started_sign_in&) = 0;
    /// Forgets those that were over before `before`; answers how many.
    virtual int erase_started(moment before) = 0;
    /// Forgets sessions that ended before `before`; answers how many.
    virtual int erase_tokens(moment before) = 0;
    virtual void insert(const second_factor&) = 0;
    virtual void update(const second_factor&) = 0;
    virtual void erase(const second_factor&) = 0;
    virtual void insert(const custom_role&) = 0;
    virtual void update(const custom_role&) = 0;
    virtual void erase(const custom_role&) = 0;
    /// For good: entries are neither changed nor taken away.
    virtual void insert(const audit_entry&) = 0;
    /// In place of the plugin's cursor, if there is one.
    virtual void keep(const plugin_cursor&) = 0;
    virtual void insert(const plugin_job&) = 0;
    virtual void update(const plugin_job&) = 0;
    virtual void erase(const plugin_job&) = 0;

    virtual void insert(access_key, const conversation&) = 0;
    virtual void update(access_key, const conversation&) = 0;
    virtual void insert(access_key, const member&) = 0;
    virtual void update(access_key, const member&) = 0;
    virtual void erase(access_key, const member&) = 0;
    virtual void insert(access_key, const conversation_ban&) = 0;
    virtual void update(access_key, const conversation_ban&) = 0;
    virtual void erase(access_key, const conversation_ban&) = 0;

    /// Also stores its mentions. The client key must be unique for the author.
    virtual void insert(access_key, const message&) = 0;
    /// Also replaces its mentions.
    virtual void update(access_key, const message&) = 0;
    /// Removes the row, its revisions and mentions.
    virtual void erase(access_key, const message&) = 0;
    virtual void insert(access_key, const revision&) = 0;
    virtual void erase_revisions(access_key, message_id) = 0;

    /// Gives the event the tenant's next position and returns that. Heard after the commit.
    virtual position append(event) = 0;
    /// Forgets events up to and including `until`.
    virtual void trim_log(position until) = 0;
    /// The position of the newest event made before `before`, 0 for none.
    [[nodiscard]] virtual position log_position_before(moment before) = 0;
};

/// How much there is of a tenant.
struct tenant_sizes {
    std::int64_t users = 0;          ///< also disabled ones and bots
    std::int64_t conversations = 0;  ///< that are not deleted
    std::int64_t messages = 0;       ///< that were published in those, also deleted ones
};

/// What is not any tenant's own: which tenants there are, and whose a token is.
class directory {
public:
    virtual ~directory() = default;
    [[nodiscard]] virtual std::optional<tenant> find_tenant(std::string_view name) = 0;
    [[nodiscard]] virtual std::vector<tenant> tenants() = 0;
    [[nodiscard]] virtual std::optional<access_token> find_token(std::string_view digest) = 0;
    virtual void insert(const tenant&) = 0;
    /// Of those that have anything. Looks through all accounts and conversations: for who asks now and then.
    [[nodiscard]] virtual std::map<tenant_id, tenant_sizes> sizes() = 0;

    /// All that are kept, of every tenant.
    [[nodiscard]] virtual std::vector<plugin_place> plugin_places() = 0;
    /// Of these plugins what is due at `now`, the earliest first.
    [[nodiscard]] virtual std::vector<plugin_job> due_plugin_jobs(moment now, std::span<const std::string> plugins,
                                                                  int limit) = 0;
    /// Those that come round again and again.
    [[nodiscard]] virtual std::vector<plugin_job> periodic_plugin_jobs() = 0;
};

/// A write waiting for the group commit.
struct write_job {
    tenant_id tenant;
    /// Looked up for the whole group at once, so that find_by_client_key() costs nothing. May be none.
    user_id author;
    std::string client_key;
    /// Runs once in the group's transaction, and a second time alone if the group had to be rolled back.
    /// Answers whether it wrote; what did not write is finished without a commit of its own.
    std::move_only_function<bool(writing&)> apply;
    /// Called exactly once: with nothing after the commit, or with why there is none.
    std::move_only_function<void(std::optional<error>)> finish;
};

struct read_job {
    tenant_id tenant;
    std::move_only_function<void(reading&)> run;
    /// Called instead of a completed run when there is no database to read from.
    std::move_only_function<void(error)> failed;
};

/// Where everything is kept. Jobs run on the store's own threads; safe to call from any thread.
/// Over its bound of waiting jobs a store finishes new ones at once with `unavailable`.
class store {
public:
    virtual ~store() = default;
    virtual void write(write_job) = 0;
    virtual void read(read_job) = 0;
    /// Runs in a transaction of its own that is committed when `run` returns.
    virtual void with_directory(std::move_only_function<void(directory&)> run,
                                std::move_only_function<void(error)> failed) = 0;
};

/// Hears committed events, in the order of their positions, from the store's writing thread.
class event_sink {
public:
    virtual ~event_sink() = default;
    virtual void committed(tenant_id, std::span<const std::shared_ptr<const event>>) = 0;
};

/// The settings in force; safe to call from any thread, the answer stays as it is.
class settings_source {
public:
    virtual ~settings_source() = default;
    [[nodiscard]] virtual std::shared_ptr<const tenant_settings> of(std::string_view tenant_name) const = 0;
};

}  // namespace parley::kernel

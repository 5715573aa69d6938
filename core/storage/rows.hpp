// Every question the kernel asks of one tenant's rows, in SQL through ODB; answers as of the current transaction.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/ports.hpp"
#include "storage/entities.hpp"

namespace parley::storage {

/// Used inside an odb::transaction of `from`. What each function promises stands at kernel::reading's of the same name.
/// Each asks the database a number of times that does not grow with the answer.
class rows {
public:
    rows(odb::database& from, tenant_id of) : db_(from), tenant_(of) {}

    [[nodiscard]] odb::database& db() { return db_; }
    [[nodiscard]] tenant_id tenant() const { return tenant_; }

    [[nodiscard]] std::optional<tenant_row> clock();
    [[nodiscard]] std::vector<event> events_after(position since, int limit);
    [[nodiscard]] position log_position_before(moment before);

    [[nodiscard]] std::optional<user> find_user(user_id);
    [[nodiscard]] std::optional<user> find_user(std::string_view username);
    [[nodiscard]] std::vector<user> users(std::span<const user_id>);
    [[nodiscard]] std::vector<user> users(std::span<const std::string> usernames);
    [[nodiscard]] std::vector<user> list_users(std::string_view prefix, std::string_view after, int limit);
    [[nodiscard]] std::vector<access_token> tokens_of(user_id);
    [[nodiscard]] std::optional<access_token> find_token(token_id);
    [[nodiscard]] std::optional<access_token> find_family(std::string_view digest);
    [[nodiscard]] std::optional<user> find_external(std::string_view external_id);
    [[nodiscard]] std::vector<user> ended_users(moment now, int limit);
    [[nodiscard]] std::optional<one_time_link> find_link(std::string_view digest);
    [[nodiscard]] std::optional<second_factor> find_second_factor(user_id);

    [[nodiscard]] std::shared_ptr<const custom_role> find_custom_role(std::string_view name);
    [[nodiscard]] std::vector<custom_role> custom_roles();
    [[nodiscard]] std::vector<user_id> users_of_role(std::string_view name);

    [[nodiscard]] std::vector<audit_entry> audit(const kernel::audit_query&);

    [[nodiscard]] std::vector<plugin_cursor> plugin_cursors();
    [[nodiscard]] std::optional<plugin_job> find_plugin_job(plugin_job_id);
    [[nodiscard]] std::optional<plugin_job> find_plugin_job(std::string_view plugin, std::string_view job,
                                                            std::string_view key);

    /// Deleted ones too.
    [[nodiscard]] std::optional<conversation> find_conversation(conversation_id);
    [[nodiscard]] std::optional<conversation> find_direct(std::string_view direct_key);
    [[nodiscard]] std::vector<conversation> list_open(std::string_view contains, std::string_view after_name,
                                                      conversation_id after_id, int limit);
    [[nodiscard]] std::optional<member> find_member(conversation_id, user_id);
    [[nodiscard]] std::vector<kernel::membership> memberships_of(user_id);
    [[nodiscard]] std::vector<kernel::member_entry> members(conversation_id, user_id after, int limit);
    [[nodiscard]] std::vector<member> members_granted(std::string_view role);
    [[nodiscard]] std::int64_t count_owners(conversation_id);
    [[nodiscard]] std::optional<conversation_ban> find_ban(conversation_id, user_id);
    [[nodiscard]] std::vector<conversation_ban> bans_of(user_id);
    [[nodiscard]] std::vector<kernel::ban_entry> bans(conversation_id, moment now, user_id after, int limit);
    [[nodiscard]] std::vector<user_id> contacts_of(user_id);

    [[nodiscard]] std::optional<message> find_message(message_id);
    [[nodiscard]] std::vector<message> messages(std::span<const message_id>);
    [[nodiscard]] std::optional<message> find_by_client_key(user_id author, std::string_view key);
    /// Those of the messages with these sender keys that are there.
    [[nodiscard]] std::vector<message> by_sender_keys(std::span<const std::string> keys);
    [[nodiscard]] std::vector<message> history(conversation_id, kernel::page_range);
    [[nodiscard]] std::vector<message> replies(message_id root, sequence after, int limit);
    [[nodiscard]] std::vector<message> withheld(conversation_id, user_id author, message_id after, int limit);
    [[nodiscard]] std::vector<message> held(message_id after, int limit);
    [[nodiscard]] std::vector<revision> revisions(message_id);
    [[nodiscard]] unread_counts count_unread(conversation_id, user_id reader, sequence after);
    [[nodiscard]] thread_summary summarise_thread(message_id root);

private:
    [[nodiscard]] std::vector<message> load_messages(const odb::query_base&);
    void add_mentions(std::span<message> to, std::span<const std::size_t> who_has_some);

    odb::database& db_;
    tenant_id tenant_;
};

}  // namespace parley::storage

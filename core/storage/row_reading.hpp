// The kernel's reading port over rows; the writing port builds on the same.
#pragma once

#include "kernel/ports.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

/// `Port` is kernel::reading or kernel::writing.
template <class Port>
class row_reading : public Port {
public:
    row_reading(odb::database& from, tenant_id of) : rows_(from, of) {}

    [[nodiscard]] tenant_id tenant() const override { return rows_.tenant(); }
    [[nodiscard]] position log_end() override { return clock().position; }
    [[nodiscard]] position log_begin() override { return clock().log_begin; }
    [[nodiscard]] std::vector<event> events_after(position since, int limit) override {
        return rows_.events_after(since, limit);
    }

    [[nodiscard]] std::optional<user> find_user(user_id id) override { return rows_.find_user(id); }
    [[nodiscard]] std::optional<user> find_user(std::string_view username) override {
        settle();
        return rows_.find_user(username);
    }
    [[nodiscard]] std::vector<user> users(std::span<const user_id> ids) override {
        settle();
        return rows_.users(ids);
    }
    [[nodiscard]] std::vector<user> users(std::span<const std::string> usernames) override {
        settle();
        return rows_.users(usernames);
    }
    [[nodiscard]] std::vector<user> list_users(std::string_view prefix, std::string_view after, int limit) override {
        settle();
        return rows_.list_users(prefix, after, limit);
    }
    [[nodiscard]] std::vector<access_token> tokens_of(user_id of) override { return rows_.tokens_of(of); }
    [[nodiscard]] std::optional<access_token> find_token(token_id id) override { return rows_.find_token(id); }
    [[nodiscard]] std::optional<access_token> find_family(std::string_view digest) override {
        return rows_.find_family(digest);
    }
    [[nodiscard]] std::optional<user> find_external(std::string_view external_id) override {
        settle();
        return rows_.find_external(external_id);
    }
    [[nodiscard]] std::vector<user> ended_users(moment now, int limit) override {
        settle();
        return rows_.ended_users(now, limit);
    }
    [[nodiscard]] std::optional<one_time_link> find_link(std::string_view digest) override {
        return rows_.find_link(digest);
    }
    [[nodiscard]] std::optional<second_factor> find_second_factor(user_id of) override {
        return rows_.find_second_factor(of);
    }

    [[nodiscard]] std::shared_ptr<const custom_role> find_custom_role(std::string_view name) override {
        return rows_.find_custom_role(name);
    }
    [[nodiscard]] std::vector<custom_role> custom_roles() override { return rows_.custom_roles(); }
    [[nodiscard]] std::vector<user_id> users_of_role(std::string_view name) override {
        settle();
        return rows_.users_of_role(name);
    }

    [[nodiscard]] std::vector<audit_entry> audit(kernel::access_key, const kernel::audit_query& wanted) override {
        return rows_.audit(wanted);
    }
    [[nodiscard]] std::vector<plugin_cursor> plugin_cursors() override { return rows_.plugin_cursors(); }
    [[nodiscard]] std::optional<plugin_job> find_plugin_job(plugin_job_id id) override {
        return rows_.find_plugin_job(id);
    }
    [[nodiscard]] std::optional<plugin_job> find_plugin_job(std::string_view plugin, std::string_view job,
                                                            std::string_view key) override {
        return rows_.find_plugin_job(plugin, job, key);
    }
    [[nodiscard]] std::optional<conversation> find_conversation(kernel::access_key, conversation_id id) override {
        auto found = rows_.find_conversation(id);
        return found && found->deleted_at ? std::nullopt : found;
    }
    [[nodiscard]] std::optional<conversation> find_direct(kernel::access_key, std::string_view direct_key) override {
        settle();
        return rows_.find_direct(direct_key);
    }
    [[nodiscard]] std::vector<conversation> list_open(kernel::access_key, std::string_view contains,
                                                      std::string_view after_name, conversation_id after_id,
                                                      int limit) override {
        settle();
        return rows_.list_open(contains, after_name, after_id, limit);
    }
    [[nodiscard]] std::optional<member> find_member(kernel::access_key, conversation_id in, user_id who) override {
        return rows_.find_member(in, who);
    }
    [[nodiscard]] std::vector<kernel::membership> memberships_of(kernel::access_key, user_id who) override {
        settle();
        return rows_.memberships_of(who);
    }
    [[nodiscard]] std::vector<kernel::member_entry> members(kernel::access_key, conversation_id in, user_id after,
                                                            int limit) override {
        settle();
        return rows_.members(in, after, limit);
    }
    [[nodiscard]] std::vector<member> members_granted(kernel::access_key, std::string_view role) override {
        settle();
        return rows_.members_granted(role);
    }
    [[nodiscard]] std::int64_t count_owners(kernel::access_key, conversation_id in) override {
        settle();
        return rows_.count_owners(in);
    }
    [[nodiscard]] std::optional<conversation_ban> find_ban(kernel::access_key, conversation_id from,
                                                           user_id who) override {
        return rows_.find_ban(from, who);
    }
    [[nodiscard]] std::vector<conversation_ban> bans_of(kernel::access_key, user_id who) override {
        return rows_.bans_of(who);
    }
    [[nodiscard]] std::vector<kernel::ban_entry> bans(kernel::access_key, conversation_id from, moment now,
                                                      user_id after, int limit) override {
        settle();
        return rows_.bans(from, now, after, limit);
    }
    [[nodiscard]] std::vector<user_id> contacts_of(kernel::access_key, user_id who) override {
        settle();
        return rows_.contacts_of(who);
    }

    [[nodiscard]] std::optional<message> find_message(kernel::access_key, message_id id) override {
        return rows_.find_message(id);
    }
    [[nodiscard]] std::vector<message> messages(kernel::access_key, std::span<const message_id> ids) override {
        settle();
        return rows_.messages(ids);
    }
    [[nodiscard]] std::optional<message> find_by_client_key(kernel::access_key, user_id author,
                                                            std::string_view key) override {
        return rows_.find_by_client_key(author, key);
    }
    [[nodiscard]] std::vector<message> history(kernel::access_key, conversation_id in,
                                               kernel::page_range page) override {
        settle();
        return rows_.history(in, page);
    }
    [[nodiscard]] std::vector<message> replies(kernel::access_key, message_id root, sequence after,
                                               int limit) override {
        settle();
        return rows_.replies(root, after, limit);
    }
    [[nodiscard]] std::vector<message> withheld(kernel::access_key, conversation_id in, user_id author,
                                                message_id after, int limit) override {
        settle();
        return rows_.withheld(in, author, after, limit);
    }
    [[nodiscard]] std::vector<message> held(kernel::access_key, message_id after, int limit) override {
        settle();
        return rows_.held(after, limit);
    }
    [[nodiscard]] std::vector<revision> revisions(kernel::access_key, message_id of) override {
        return rows_.revisions(of);
    }
    [[nodiscard]] unread_counts count_unread(kernel::access_key, conversation_id in, user_id reader,
                                             sequence after) override {
        settle();
        return rows_.count_unread(in, reader, after);
    }
    [[nodiscard]] thread_summary summarise_thread(kernel::access_key, message_id root) override {
        settle();
        return rows_.summarise_thread(root);
    }

protected:
    /// Called before a query that looks at users, conversations, members or messages: what waits to be written is
    /// written.
    virtual void settle() {}

    rows rows_;

private:
    /// Read once: the snapshot does not move.
    const tenant_row& clock() {
        if (!clock_) clock_ = rows_.clock().value_or(tenant_row{});
        return *clock_;
    }

    std::optional<tenant_row> clock_;
};

using snapshot_reading = row_reading<kernel::reading>;

}  // namespace parley::storage

// The kernel's writing port for one tenant within one group: rows that are written often are remembered and written
// once, when the group ends.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/entities_views.hpp"
#include "storage/row_reading.hpp"
#include "storage/tenant_memory.hpp"
#include "storage/waiting_rows.hpp"

namespace parley::storage {

class row_writing final : public row_reading<kernel::writing> {
public:
    /// `clock` is the tenant's row as read under its lock. `remembers` outlives this.
    row_writing(odb::database&, const tenant_clock_view& clock, tenant_memory& remembers);

    /// Looks up all of these sender keys at once.
    void prefetch(std::vector<std::string> sender_keys);
    /// Writes what waits, and the tenant's row.
    void finish();

    [[nodiscard]] std::int64_t writes() const { return writes_; }
    [[nodiscard]] position at() const { return clock_.position; }
    [[nodiscard]] std::int64_t generation() const { return clock_.generation; }
    [[nodiscard]] const std::vector<std::shared_ptr<const event>>& events() const { return events_; }

    using row_reading::find_user;
    [[nodiscard]] std::vector<event> events_after(position since, int limit) override;
    [[nodiscard]] position log_end() override { return clock_.position; }
    [[nodiscard]] position log_begin() override { return clock_.log_begin; }
    [[nodiscard]] std::optional<user> find_user(user_id) override;
    [[nodiscard]] std::shared_ptr<const custom_role> find_custom_role(std::string_view name) override;
    [[nodiscard]] std::optional<conversation> find_conversation(kernel::access_key, conversation_id) override;
    [[nodiscard]] std::optional<member> find_member(kernel::access_key, conversation_id, user_id) override;
    [[nodiscard]] std::optional<message> find_message(kernel::access_key, message_id) override;
    [[nodiscard]] std::optional<message> find_by_client_key(kernel::access_key, user_id, std::string_view) override;

    void insert(const user&) override;
    void update(const user&) override;
    void insert(const access_token&) override;
    void update(const access_token&) override;
    void insert(const one_time_link&) override;
    void update(const one_time_link&) override;
    int erase_links(moment before) override;
    void insert(const started_sign_in&) override;
    [[nodiscard]] std::optional<started_sign_in> find_started(std::string_view digest) override;
    void erase(const started_sign_in&) override;
    int erase_started(moment before) override;
    int erase_tokens(moment before) override;
    void insert(const second_factor&) override;
    void update(const second_factor&) override;
    void erase(const second_factor&) override;
    void insert(const custom_role&) override;
    void update(const custom_role&) override;
    void erase(const custom_role&) override;
    void insert(const audit_entry&) override;
    void keep(const plugin_cursor&) override;
    void insert(const plugin_job&) override;
    void update(const plugin_job&) override;
    void erase(const plugin_job&) override;
    void insert(kernel::access_key, const conversation&) override;
    void update(kernel::access_key, const conversation&) override;
    void insert(kernel::access_key, const member&) override;
    void update(kernel::access_key, const member&) override;
    void erase(kernel::access_key, const member&) override;
    void insert(kernel::access_key, const conversation_ban&) override;
    void update(kernel::access_key, const conversation_ban&) override;
    void erase(kernel::access_key, const conversation_ban&) override;
    void insert(kernel::access_key, const message&) override;
    void update(kernel::access_key, const message&) override;
    void erase(kernel::access_key, const message&) override;
    void insert(kernel::access_key, const revision&) override;
    void erase_revisions(kernel::access_key, message_id) override;

    position append(event) override;
    void trim_log(position until) override;
    [[nodiscard]] position log_position_before(moment before) override;

private:
    /// A message's rows in mention, as they are stored.
    struct stored_mentions {
        std::vector<user_id> of;
        sequence seq = 0;
        friend bool operator==(const stored_mentions&, const stored_mentions&) = default;
    };

    void settle() override;
    void flush_memory();
    void write_waiting();
    void require_own(tenant_id) const;
    void insert_mentions(const message&);
    void erase_mentions(message_id);
    void note(const message&);

    tenant_clock_view clock_;
    tenant_memory& memory_;
    waiting_rows waiting_;
    std::unordered_set<conversation_id> changed_beyond_end_;  ///< waiting ones of which more than the end changed
    std::int64_t writes_ = 0;
    std::vector<std::shared_ptr<const event>> events_;
    std::unordered_map<std::string, std::optional<message>> by_sender_key_;
    std::unordered_map<message_id, stored_mentions> mentions_;
};

}  // namespace parley::storage

// A store in memory for tests: as naive as can be, so that it is right at a glance.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernel/ports.hpp"

namespace parley::kernel::testing {

/// All rows of one tenant.
struct tables {
    std::map<user_id, user> users;
    std::map<token_id, access_token> tokens;
    std::map<std::string, one_time_link, std::less<>> links;
    std::map<std::string, started_sign_in, std::less<>> started;
    std::map<user_id, second_factor> factors;
    std::map<role_id, custom_role> roles;
    std::map<audit_id, audit_entry> audit;
    std::map<std::string, plugin_cursor, std::less<>> cursors;
    std::map<plugin_job_id, plugin_job> jobs;
    std::map<conversation_id, conversation> conversations;
    std::map<std::pair<conversation_id, user_id>, member> members;
    std::map<std::pair<conversation_id, user_id>, conversation_ban> bans;
    std::map<message_id, message> messages;
    std::map<std::pair<message_id, std::int32_t>, revision> revisions;
    std::map<position, event> log;  ///< without views, as a database keeps them
    position trimmed = 0;
    position last = 0;
};

/// Runs each job at once in the calling thread and calls the sink after it. A job that refuses after it wrote fails the
/// test; one that throws is rolled back and finished with `unavailable`.
class memory_store final : public store, public directory {
public:
    /// `heard_by` may be null; it hears the events of each job after the job is committed.
    void set_sink(event_sink* heard_by) { sink_ = heard_by; }
    /// Asked before each job: whether it first runs in vain, as in a group that is rolled back.
    void disturb(std::function<bool()> by) { disturbed_ = std::move(by); }

    void write(write_job) override;
    void read(read_job) override;
    void with_directory(std::move_only_function<void(directory&)> run,
                        std::move_only_function<void(error)> failed) override;

    [[nodiscard]] std::optional<tenant> find_tenant(std::string_view name) override;
    [[nodiscard]] std::vector<tenant> tenants() override;
    [[nodiscard]] std::optional<access_token> find_token(std::string_view digest) override;
    void insert(const tenant&) override;
    [[nodiscard]] std::map<tenant_id, tenant_sizes> sizes() override;
    [[nodiscard]] std::vector<plugin_place> plugin_places() override;
    [[nodiscard]] std::vector<plugin_job> due_plugin_jobs(moment now, std::span<const std::string> plugins,
                                                          int limit) override;
    [[nodiscard]] std::vector<plugin_job> periodic_plugin_jobs() override;

    [[nodiscard]] const tables& rows_of(tenant_id whose) { return rows_[whose]; }
    /// Every text that is kept for a tenant, log included, one after the other: for searching what must not be there.
    [[nodiscard]] std::string everything(tenant_id);

private:
    std::map<tenant_id, tenant> tenants_;
    std::map<tenant_id, tables> rows_;
    event_sink* sink_ = nullptr;
    std::function<bool()> disturbed_;
};

}  // namespace parley::kernel::testing

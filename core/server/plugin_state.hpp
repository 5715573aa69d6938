// What plugins keep and wait for: their databases, what they say, what they hear, what they do later.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/event_runner.hpp"
#include "kernel/job_runner.hpp"
#include "kernel/outbox_relay.hpp"
#include "metrics/exposition.hpp"
#include "plugins/plugins.hpp"
#include "storage/plugin_database.hpp"

namespace parley::server {

/// Must outlive the plugins, and callbacks of the store.
class plugin_state final : public plugins::plugin_store,
                           public plugins::job_store,
                           public kernel::event_sink,
                           private kernel::plugin_calls {
public:
    plugin_state(storage::database_options kernel, std::filesystem::path data, const clock&, kernel::store&);

    // For plugins.
    [[nodiscard]] result<plugins::database_place> open(const plugins::embedded&) override;
    [[nodiscard]] result<void> upgrade(const plugins::embedded&) override;
    void committed(std::string_view plugin) override;
    void schedule(request, std::move_only_function<void(result<void>)>) override;

    // From the store.
    void committed(tenant_id, std::span<const std::shared_ptr<const event>>) override;

    /// When the plugins were started.
    void start(const kernel::environment&, plugins::plugins&);
    /// Where they are on may have changed.
    void look();
    /// Whether this server is the one that tells plugins of events.
    void lead(bool does) { events_.lead(does); }
    /// Before the plugins are stopped.
    void stop();
    void measure(metrics::exposition& to) const;

private:
    [[nodiscard]] bool is_on(std::string_view plugin, std::string_view tenant) const override;
    void hear(kernel::plugin_errand, taker) override;
    void work(kernel::plugin_errand, taker) override;

    storage::plugin_databases databases_;
    bool is_sqlite_ = false;
    plugins::plugins* all_ = nullptr;
    kernel::plugin_counters counts_;
    kernel::outbox_relay relay_;
    kernel::event_runner events_;
    kernel::job_runner jobs_;
};

}  // namespace parley::server

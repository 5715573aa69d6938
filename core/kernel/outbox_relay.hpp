// Brings what plugins said in their own transactions into the log, each event once.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/serial_thread.hpp"
#include "kernel/environment.hpp"
#include "kernel/plugin_calls.hpp"
#include "kernel/plugin_events.hpp"
#include "kernel/plugin_outbox.hpp"

namespace parley::kernel {

/// Events of one plugin keep their order within a tenant. A row is appended to the log in the transaction that notes
/// its number, and taken out of the outbox afterwards: what is found there again is known by its number. A row that
/// may not be said is counted, logged and taken out.
class outbox_relay {
public:
    outbox_relay(store& to, plugin_counters& counts) : store_(to), counts_(counts) {}
    ~outbox_relay() { stop(); }

    /// Before start.
    void add(const std::string& plugin, std::vector<said_event_type> says, std::shared_ptr<plugin_outbox> from);
    /// Looks into all outboxes at once, and then every so often.
    void start(const environment&, std::chrono::milliseconds every = std::chrono::milliseconds{1'000});
    /// There may be new rows. Any thread, at any time; never waits.
    void committed(std::string_view plugin);
    /// Before the store. Twice does nothing.
    void stop();

private:
    struct source {
        std::string plugin;
        std::vector<said_event_type> says;
        std::shared_ptr<plugin_outbox> from;
        std::atomic<bool> told{false};
        bool is_well = true;
    };

    /// What became of some rows.
    struct outcome {
        std::uint64_t said = 0;
        std::uint64_t refused = 0;
    };

    void relay_at_border(source&);
    void relay(source&);
    [[nodiscard]] bool relay_some(source&);
    [[nodiscard]] bool bring(const source&, writing&, std::span<const outbox_row>, outcome&) const;

    store& store_;
    plugin_counters& counts_;
    const environment* env_ = nullptr;
    std::map<std::string, source, std::less<>> sources_;
    std::unique_ptr<serial_thread> thread_;
    std::atomic<serial_thread*> running_ = nullptr;
};

}  // namespace parley::kernel

// Work that plugins do later: round and round in each tenant, or once at a moment; by one server at a time.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/serial_thread.hpp"
#include "kernel/environment.hpp"
#include "kernel/plugin_calls.hpp"

namespace parley::kernel {

/// A job as its plugin registered it.
struct job_kind {
    std::string plugin;
    std::string job;
    std::chrono::milliseconds every{0};  ///< 0: only when scheduled
    std::chrono::milliseconds lease{60'000};
    std::uint32_t most_tries = 0;  ///< 0: for ever
};

/// A job for later.
struct later_job {
    std::string plugin;
    std::string job;
    tenant_id tenant;
    std::string key;  ///< empty: none; otherwise it replaces the one with this key that waits
    moment at;
    std::string input;  ///< a JSON object
};

struct job_runner_options {
    std::string node = "parley";             ///< who does it, for whoever looks into the table
    std::chrono::milliseconds tick{500};     ///< how often it looks what is due
    std::chrono::seconds look_every{60};     ///< how often it looks for tenants where a periodic job is missing
    int most_at_once = 8;                    ///< jobs of one plugin
    std::chrono::seconds longest_pause{60};  ///< between tries
    std::chrono::minutes off_pause{1};       ///< until a plugin that is off is asked for again
};

/// A run is leased in its tenant's transaction before it is begun; whoever leased it may end it, until the lease is
/// over and somebody else begins it again. What is stored survives everything. A periodic job of a plugin that was
/// switched off is forgotten until it is on again; a scheduled one waits.
class job_runner {
public:
    job_runner(store&, plugin_calls&, plugin_counters&, job_runner_options = {});
    ~job_runner() { stop(); }

    /// Once.
    void start(const environment&, std::vector<job_kind>);
    /// Stores it; calls back exactly once, on any thread. Error: not_started.
    void schedule(later_job, std::move_only_function<void(result<void>)>);
    /// Where plugins are on may have changed. Any thread.
    void look();
    /// Before the plugins. What is being done stays leased, and is done again after that. Twice does nothing.
    void stop();

private:
    using kind_key = std::pair<std::string, std::string>;
    using kind_map = std::map<kind_key, job_kind>;
    struct lease {
        plugin_job what;
        job_kind kind;
        std::string tenant_name;
    };
    using lease_ptr = std::shared_ptr<lease>;

    void tick();
    void find_due();
    void take(const std::vector<plugin_job>&);
    void claim(const plugin_job&, const job_kind&);
    void begin(const lease_ptr&);
    void ended(const lease_ptr&, errand_end, const std::string& why);
    void put_back(const lease_ptr&, std::function<void(writing&, plugin_job)> how);
    void let_go(const plugin_job&);
    [[nodiscard]] std::vector<std::string> idle_plugins() const;
    void look_now();
    void arrange(const std::vector<tenant>&, const std::vector<plugin_job>& there);
    void add_periodic(tenant_id, const job_kind&);

    store& store_;
    plugin_calls& calls_;
    plugin_counters& counts_;
    const job_runner_options options_;
    const environment* env_ = nullptr;
    kind_map kinds_;
    std::vector<std::string> plugins_;
    bool has_periodic_ = false;
    std::atomic<bool> running_ = false;
    std::unique_ptr<serial_thread> thread_;

    // The thread's own.
    std::unordered_map<tenant_id, std::string> names_;
    std::unordered_set<plugin_job_id> mine_;  ///< being claimed or done here
    std::map<std::string, int> busy_;         ///< by plugin
    bool finding_ = false;
    bool has_more_ = false;  ///< more was due than there was room for
    bool looking_ = false;
    std::optional<moment> looked_;
};

}  // namespace parley::kernel

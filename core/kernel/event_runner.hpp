// Tells plugins what happened, after the commit: at least once, in order, caught up after they were off.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/serial_thread.hpp"
#include "kernel/environment.hpp"
#include "kernel/plugin_calls.hpp"

namespace parley::kernel {

/// A plugin and the types of event that it hears; at least one.
struct plugin_listener {
    std::string plugin;
    std::set<std::string, std::less<>> types;
};

struct event_runner_options {
    std::chrono::milliseconds tick{250};  ///< how often it looks whose pause is over
    int page = 100;                       ///< entries of the log that are read at once
    int saved_every = 100;                ///< events after which a cursor is stored, if there is no end of them
    unsigned most_at_once = 16;           ///< reads and calls of one plugin, over all tenants
    position unheard = 1'000;             ///< events that nobody hears, after which cursors follow them
    std::chrono::seconds longest_pause{60};
};

/// A cursor for each plugin in each tenant where it is on: at the log's end when it is first on there, at the log's
/// beginning in a tenant that is made while the server runs. While a plugin is off its cursor stays, and the log is not
/// trimmed past it. Nothing is done for a tenant in which nothing happens that a plugin hears.
class event_runner final : public event_sink {
public:
    event_runner(store&, plugin_calls&, plugin_counters&, event_runner_options = {});
    ~event_runner() override { stop(); }

    /// Once. From the environment only the time is used.
    void start(const environment&, std::vector<plugin_listener>);
    /// From the store.
    void committed(tenant_id, std::span<const std::shared_ptr<const event>>) override;
    /// Where plugins are on may have changed. Any thread.
    void look();
    /// Of several servers one tells the plugins; another goes on from what is stored. True until it is said otherwise.
    /// Any thread.
    void lead(bool does);
    /// Before the plugins. What is not stored yet is heard again next time. Twice does nothing.
    void stop();

private:
    struct told {
        position at = 0;
        std::string type;
        std::string model;
        std::string input;
    };
    /// What was read of the log for one plugin.
    struct page {
        std::vector<told> events;
        position upto = 0;
        position log_end = 0;
        bool is_lost = false;  ///< the log begins later: at `upto`
        std::optional<error> problem;
    };
    struct lane {
        std::size_t who = 0;  ///< of the hearings
        tenant_id where;
        position heard = 0;  ///< everything up to here was taken, or is of no interest
        position saved = 0;
        bool caught_up = false;  ///< there is nothing of interest after `heard`, as far as was said here
        bool busy = false;       ///< something is under way that will come back
        bool queued = false;     ///< waits for its turn
        bool resting = false;    ///< waits for a pause to end
        bool dead = false;       ///< the plugin is off
        unsigned failures = 0;
        moment not_before{};
        int unsaved = 0;  ///< events taken since `saved`
        std::deque<told> waiting;
        position read_upto = 0;  ///< what `waiting` is of
    };
    using lane_ptr = std::shared_ptr<lane>;
    struct unheard_events {
        position since = 0;
        position last = 0;
    };

    // All of these on the one thread.
    void noted(tenant_id, const std::vector<std::size_t>& by);
    void follow(tenant_id, position upto);
    void arrange(std::vector<tenant> all, std::vector<plugin_place> places);
    void arrange(const tenant&, const std::map<std::string, position, std::less<>>& heard, bool is_new);
    void begin(tenant_id, std::vector<std::size_t> who, bool is_new);
    void enter(std::size_t who, tenant_id, position heard, bool caught_up);
    void step(const lane_ptr&);
    void read(const lane_ptr&);
    void take(const lane_ptr&, page);
    void tell(const lane_ptr&);
    void answered(const lane_ptr&, errand_end, const std::string& why);
    void save(const lane_ptr&);
    void rest(const lane_ptr&, std::chrono::seconds pause);
    void come_back(const lane_ptr&);
    void tick();
    [[nodiscard]] page read_page(reading&, position since, const plugin_listener&) const;
    [[nodiscard]] lane_ptr find(std::size_t who, tenant_id) const;

    store& store_;
    plugin_calls& calls_;
    plugin_counters& counts_;
    const event_runner_options options_;
    const environment* env_ = nullptr;
    std::vector<plugin_listener> hearings_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_type_;
    std::atomic<bool> running_ = false;
    std::atomic<bool> leads_ = true;

    std::mutex guard_;  ///< of the next two
    std::unordered_map<tenant_id, unheard_events> unheard_;
    std::unique_ptr<serial_thread> thread_;

    // The thread's own.
    bool leads_here_ = true;  ///< leads_ when the lanes were made
    unsigned term_ = 0;       ///< changes with it
    std::unordered_map<tenant_id, std::string> names_;
    std::map<std::pair<tenant_id, std::size_t>, lane_ptr> lanes_;
    std::unordered_set<tenant_id> missed_;  ///< something was heard there for which there is no lane yet
    std::vector<unsigned> active_;          ///< by plugin
    std::vector<std::deque<lane_ptr>> ready_;
    std::vector<lane_ptr> resting_;
    bool looking_ = false;
    bool look_again_ = false;
    bool has_looked_ = false;
};

}  // namespace parley::kernel

// The engine in use, the thread that keeps it up to date, and how many scan at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "engine.hpp"

namespace virus_scan {

struct tuning {
    std::filesystem::path signatures;
    std::string clamd;  ///< where it listens; empty: libclamav and the signatures
    limits most;
    std::int64_t at_once = 2;
    std::chrono::milliseconds every{60'000};  ///< the folder is looked at, clamd is asked

    bool operator==(const tuning&) const = default;
};

/// New signatures are loaded beside those in use and take their place in one step; what cannot be loaded changes
/// nothing but `trouble`. A clamd that fails is not in use until it has answered well again. Any thread.
class scanner {
public:
    struct state {
        std::string version;          ///< of the signatures in use; empty: none, and nothing can be scanned
        std::int64_t signatures = 0;  ///< how many
        std::string trouble;          ///< what the last attempt to load failed with
        bool loading = false;         ///< for the first time
        bool is_clamd = false;
        std::chrono::milliseconds longest{};  ///< how long the oldest scan that has not ended has taken
    };
    struct scanned {
        finding found;
        std::string version;  ///< of the signatures
        std::chrono::milliseconds took{};
    };
    /// Hears of every attempt to load, on the scanner's thread.
    using listener = std::function<void(const state&)>;

    /// What is unpacked lies below `scratch`.
    explicit scanner(std::filesystem::path scratch, listener hears = {});
    ~scanner();
    scanner(const scanner&) = delete;
    scanner& operator=(const scanner&) = delete;

    /// The first time it begins to load; later when something has changed.
    void tune(const tuning&);
    /// Waits for its turn, and at most `patience` for the first signatures. An error: nothing is known of the file.
    [[nodiscard]] sdk::result<scanned> scan(const std::filesystem::path& folder, const std::string& path,
                                            std::chrono::milliseconds patience = std::chrono::seconds(15));
    [[nodiscard]] state now() const;
    /// Nothing is loaded any more; who waits is told that the server stops.
    void stop();

private:
    class folder_watch;
    class seat;

    void keep();
    void keep_libclamav(std::unique_lock<std::mutex>& held);
    void keep_clamd(std::unique_lock<std::mutex>& held);
    [[nodiscard]] bool load(const tuning&);
    void take_clamd(const tuning&, sdk::result<std::shared_ptr<const engine>> greeted);
    void lose(const std::shared_ptr<const engine>&, const std::string& why);

    const std::filesystem::path scratch_;
    const listener hears_;
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::condition_variable turns_;
    tuning wanted_;
    tuning loaded_;
    std::shared_ptr<const engine> engine_;
    bool lost_ = false;  ///< clamd, since it was looked at last
    state state_;
    std::multiset<std::chrono::steady_clock::time_point> began_;  ///< those who scan now
    std::atomic<bool> stopping_{false};
    std::thread keeper_;
};

}  // namespace virus_scan

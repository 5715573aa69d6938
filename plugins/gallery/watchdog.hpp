// Ends the process when something does not come back that cannot be interrupted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace gallery {

/// While one of its `turn`s lasts longer than its time and some patience: in a process of its own the process ends, and
/// is started again; in the server nothing can be done but saying so. Any thread.
class watchdog {
public:
    using moment = std::chrono::steady_clock::time_point;

    class turn {
    public:
        turn(watchdog& of, moment until) : of_(of) { of_.set(until); }
        ~turn() { of_.set(std::nullopt); }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;

    private:
        watchdog& of_;
    };

    explicit watchdog(std::chrono::milliseconds patience = std::chrono::seconds(20)) : patience_(patience) {}
    ~watchdog() { stop(); }
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    void stop();
    [[nodiscard]] bool hangs() const;

private:
    void set(std::optional<moment>);
    void watch();

    const std::chrono::milliseconds patience_;
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::optional<moment> until_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace gallery

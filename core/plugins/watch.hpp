// What is known of one piece of a plugin - a hook, a command, a job - from how its calls went.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "plugins/breaker.hpp"
#include "plugins/monotonic.hpp"

namespace parley::plugins {

/// How a call ended.
enum class call_end : std::uint8_t {
    done = 1,   ///< answered; also a refusal or "not found"
    failed,     ///< answered PARLEY_FAILED, nonsense, or threw
    timed_out,  ///< not answered in time, or the plugin died
    not_asked   ///< its breaker is open, or too much waits already
};
inline constexpr std::size_t call_ends = 4;

/// How often calls took how long.
class timings {
public:
    static constexpr std::array<double, 11> bounds{1e-6, 1e-5, 1e-4, 1e-3, 5e-3, 0.025,
                                                   0.1,  0.5,  1,    5,    30};  ///< seconds

    void add(ticks took) {
        const auto of = took.count();
        std::size_t bucket = 0;
        while (bucket < bounds.size() && of > static_cast<std::int64_t>(bounds[bucket] * 1e9)) ++bucket;
        counts_[bucket].fetch_add(1, std::memory_order_relaxed);
        total_.fetch_add(of, std::memory_order_relaxed);
    }
    [[nodiscard]] std::array<std::uint64_t, bounds.size() + 1> counts() const {
        std::array<std::uint64_t, bounds.size() + 1> made{};
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = counts_[i].load(std::memory_order_relaxed);
        return made;
    }
    [[nodiscard]] double seconds() const { return static_cast<double>(total_.load(std::memory_order_relaxed)) / 1e9; }

private:
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
    std::atomic<std::int64_t> total_{0};
};

/// Safe to use from any thread; stays where it is.
class watch {
public:
    watch(std::string plugin, std::string name) : plugin_(std::move(plugin)), name_(std::move(name)) {}
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

    /// Whether it is to be asked now. Not while a thread hangs in it.
    [[nodiscard]] bool lets_through(ticks now) {
        return stuck.load(std::memory_order_relaxed) == 0 && open_.lets_through(now);
    }
    /// Counts an end, and says so in the log when the breaker opens or closes.
    void ended(call_end how, ticks began, ticks now);

    [[nodiscard]] const std::string& plugin() const { return plugin_; }
    [[nodiscard]] const std::string& name() const { return name_; }  ///< "message.send check", "command reaction.add"
    [[nodiscard]] bool is_open() const { return open_.is_open(); }
    [[nodiscard]] std::uint64_t count(call_end how) const {
        return ends_[static_cast<std::size_t>(how) - 1].load(std::memory_order_relaxed);
    }
    [[nodiscard]] const timings& took() const { return took_; }

    std::atomic<std::uint32_t> stuck{0};  ///< threads that did not come back in time

private:
    std::string plugin_;
    std::string name_;
    breaker open_;
    timings took_;
    std::array<std::atomic<std::uint64_t>, call_ends> ends_{};
};

}  // namespace parley::plugins

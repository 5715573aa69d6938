// How the kernel's workers reach plugins, wherever these run, and what they count.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace parley::kernel {

/// Something that happened, or that is to be done, for one plugin in one tenant.
struct plugin_errand {
    std::string plugin;
    std::string name;  ///< of the event or the job
    tenant_id tenant;
    std::string tenant_name;
    std::string model;  ///< of the event's conversation; empty: none
    std::string input;  ///< a JSON object
    std::chrono::milliseconds patience{30'000};
};

enum class errand_end : std::uint8_t {
    done = 1,
    failed,  ///< try again
    off      ///< the plugin is not on there, or has no such function
};

class plugin_calls {
public:
    virtual ~plugin_calls() = default;
    using taker = std::move_only_function<void(errand_end, std::string why)>;

    /// Whether it is on anywhere in the tenant. Any thread; cheap.
    [[nodiscard]] virtual bool is_on(std::string_view plugin, std::string_view tenant) const = 0;
    /// Both call back exactly once, on any thread, also from inside.
    virtual void hear(plugin_errand, taker) = 0;
    virtual void work(plugin_errand, taker) = 0;
};

/// Of all plugins together.
struct plugin_counters {
    std::atomic<std::uint64_t> relayed{0};        ///< events brought from outboxes into the log
    std::atomic<std::uint64_t> refused{0};        ///< those that may not be said
    std::atomic<std::uint64_t> heard{0};          ///< events that plugins took
    std::atomic<std::uint64_t> heard_failed{0};   ///< times that one did not
    std::atomic<std::uint64_t> jobs_done{0};      ///< runs that ended well
    std::atomic<std::uint64_t> jobs_failed{0};    ///< runs that did not
    std::atomic<std::uint64_t> jobs_given_up{0};  ///< after the last try
};

/// How long to wait after so many failures, from 1: doubling from a second.
[[nodiscard]] inline std::chrono::seconds back_off(unsigned failures, std::chrono::seconds most) {
    if (failures == 0) return std::chrono::seconds{0};
    const std::chrono::seconds grown{std::int64_t{1} << std::min(failures - 1, 20U)};
    return std::min(grown, most);
}

}  // namespace parley::kernel

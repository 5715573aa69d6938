// Retention of the event log: by age and by number, whichever cuts more.
#include "kernel/trim_log.hpp"

#include <algorithm>

namespace parley::kernel {
namespace {

// A larger slice would hold up everybody's writes; the rest goes the next time.
constexpr position most_at_once = 50'000;

/// What every plugin has heard that is not removed.
position heard_by_plugins(reading& from) {
    auto lowest = from.log_end();
    for (const auto& one : from.plugin_cursors())
        if (one.heard) lowest = std::min(lowest, *one.heard);
    return lowest;
}

}  // namespace

bool trim_log(const environment& env, writing& w, std::string_view tenant_name) {
    const auto keep = env.settings.of(tenant_name)->events;
    const auto by_number = w.log_end() - keep.retention_count;
    const auto by_age = w.log_position_before(env.time.now() - std::chrono::days{keep.retention_days});
    auto until = std::max(by_number, by_age);
    if (until > w.log_begin()) until = std::min(until, heard_by_plugins(w));
    if (until <= w.log_begin()) return false;
    w.trim_log(std::min(until, w.log_begin() + most_at_once));
    return true;
}

}  // namespace parley::kernel

// Counting, and the lines of the log about a breaker.
#include "plugins/watch.hpp"

#include "base/log.hpp"

namespace parley::plugins {

void watch::ended(call_end how, ticks began, ticks now) {
    ends_[static_cast<std::size_t>(how) - 1].fetch_add(1, std::memory_order_relaxed);
    if (how == call_end::not_asked) return;
    took_.add(now - began);
    const auto change = how == call_end::done ? open_.succeeded() : open_.failed(now);
    if (change == breaker::change::opened)
        log::error("a plugin fails again and again and is not asked for a while",
                   {{"plugin", plugin_}, {"what", name_}});
    if (change == breaker::change::closed) log::info("a plugin works again", {{"plugin", plugin_}, {"what", name_}});
}

}  // namespace parley::plugins

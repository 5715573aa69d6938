// What a plugin bound in setup: plain data, the same whether its code runs in this process or in another.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "plugins/manifest.hpp"

namespace parley::plugins {

struct bound_hook {
    std::string event;
    phase when = phase::check;
};

struct bound_command {
    std::string name;
    std::string permission;
    std::string method;
    std::string path;
    std::string sentence;
    boost::json::object input;
    boost::json::object output;
    std::uint32_t carries = 1;  ///< as parley_command.carries
};

struct bound_job {
    std::string name;
    std::chrono::milliseconds every{0};  ///< 0: only when scheduled
    std::chrono::milliseconds lease{60'000};
    std::uint32_t most_tries = 0;  ///< 0: for ever
};

enum class metric_kind : std::uint8_t { counter = 1, gauge, histogram };

struct bound_metric {
    metric_kind kind = metric_kind::counter;
    std::string name;
    std::string sentence;
};

/// A function's number is its index in the list of its kind; a metric's number is its index and one more.
struct bindings {
    std::vector<bound_hook> hooks;
    std::vector<std::string> changes;
    std::vector<std::string> events;
    std::vector<bound_command> commands;
    std::vector<bound_job> jobs;
    std::vector<std::string> services;
    bool health = false;
    std::vector<bound_metric> metrics;
};

/// What the manifest says and setup did not bind. The other direction is refused while it is bound.
[[nodiscard]] problems unbound(const manifest&, const bindings&);

}  // namespace parley::plugins

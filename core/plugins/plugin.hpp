// One loaded plugin: what it said, what it bound, how its calls go.
#pragma once

#include <parley/abi/ext/host.h>
#include <parley/abi/plugin.h>

#include <array>
#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "plugins/bindings.hpp"
#include "plugins/file_stamp.hpp"
#include "plugins/instance.hpp"
#include "plugins/manifest.hpp"
#include "plugins/watch.hpp"

namespace parley::plugins {

class host_side;

/// A metric of a plugin's own. Any thread.
struct measured {
    explicit measured(bound_metric from) : what(std::move(from)) {}
    const bound_metric what;
    std::atomic<double> value{0};  ///< of a histogram: the sum
    timings seconds;               ///< of a histogram
};

/// parley_database with the texts that it lends.
struct own_database {
    std::string where;
    std::string schema;
    parley_database table{};
};

/// What runs of a plugin now: at first what was loaded, later what took its place.
struct running_file {
    std::string version;
    file_stamp stamp;
};

/// Made and set up on one thread; afterwards only what is atomic changes. Lives as long as anything calls it.
struct plugin {
    plugin(std::uint32_t index, std::filesystem::path at, embedded read)
        : number(index), file(std::move(at)), from(std::move(read)), running_{from.says.version_text, {}} {}

    [[nodiscard]] const manifest& says() const { return from.says; }
    [[nodiscard]] const std::string& id() const { return from.says.id; }

    /// Makes a watch for everything that was bound.
    void bind(bindings all);
    [[nodiscard]] watch& of(call_kind kind, std::uint32_t index) {
        return calls[static_cast<std::size_t>(kind) - 1][index];
    }

    /// Any thread.
    [[nodiscard]] running_file running() const {
        const std::lock_guard lock(running_guard_);
        return running_;
    }
    void runs_from(running_file what) {
        const std::lock_guard lock(running_guard_);
        running_ = std::move(what);
    }

    /// Around calls that the host makes on its own threads: false when the plugin was stopped, and then it must not be
    /// called.
    [[nodiscard]] bool enter() {
        inside.fetch_add(1);
        if (!stopped.load()) return true;
        leave();
        return false;
    }
    void leave() { inside.fetch_sub(1); }

    const std::uint32_t number;  ///< in the order of loading, from 0
    const std::filesystem::path file;
    const embedded from;
    isolation runs_as = isolation::in_process;
    parley_host host{};         ///< its `context` is this
    host_side* side = nullptr;  ///< what the tables lead to
    std::unique_ptr<instance> runs;
    bindings bound;
    std::deque<watch> hooks;
    std::array<std::deque<watch>, 6> calls;  ///< by kind
    std::deque<measured> metrics;
    std::unique_ptr<own_database> database;  ///< null: none
    /// Folders for files, by plugin: this one's own under "", and those that it may read.
    std::map<std::string, std::string, std::less<>> folders;
    std::atomic<std::uint32_t> inside{0};  ///< calls between enter and leave
    std::atomic<bool> stopped{false};
    std::atomic<std::uint64_t> late_answers{0};      ///< second ones, too
    std::atomic<std::uint64_t> unknown_answers{0};   ///< to numbers that never were
    std::atomic<std::uint64_t> refused_requests{0};  ///< what it asked the host for and may not
    std::atomic<bool> healthy{true};                 ///< by what it says itself

private:
    mutable std::mutex running_guard_;
    running_file running_;
};

}  // namespace parley::plugins

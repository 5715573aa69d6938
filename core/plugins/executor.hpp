// Threads on which plugins are called, and others in their place where a plugin does not come back.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "plugins/monotonic.hpp"
#include "plugins/watch.hpp"

namespace parley::plugins {

/// Work that calls plugins.
class task {
public:
    virtual ~task() = default;
    /// Must not throw.
    virtual void run() = 0;
    /// The thread that runs it hangs inside of a plugin: whatever can go on without it should, elsewhere. Any thread.
    virtual void hangs() {}
    /// It will not be run: the server stops.
    virtual void dropped() {}
};

struct executor_options {
    unsigned threads = 4;
    unsigned most_replaced = 64;  ///< threads that may be inside for long before no more are put in their place
    ticks patience = std::chrono::milliseconds{200};  ///< that others wait for a thread that is inside of one call
    std::size_t most_waiting = 100'000;
    ticks grace = std::chrono::milliseconds{50};  ///< after a call's deadline, until its thread counts as stuck
};

/// Safe to use from any thread.
class executor {
public:
    executor(executor_options how, const monotonic& time);
    /// As stop().
    ~executor();
    executor(const executor&) = delete;
    executor& operator=(const executor&) = delete;

    /// False when too much waits or it has stopped; then the task is not run.
    [[nodiscard]] bool post(std::shared_ptr<task>);

    /// Looks for threads that are inside of a plugin for long while others wait, or beyond a deadline, and replaces
    /// them. Called again and again by the timer.
    void look();

    /// What waits is dropped, what runs has a moment to end; threads that hang are left behind.
    void stop();

    struct counts {
        std::size_t threads = 0;  ///< that take work
        std::size_t stuck = 0;    ///< inside of a call that is over its deadline
        std::size_t waiting = 0;
    };
    [[nodiscard]] counts now() const;

    /// While it lives, this thread is inside of a plugin. Costs nothing on threads that are not the executor's.
    class inside {
    public:
        inside(watch& in, ticks began, ticks deadline);
        ~inside();
        inside(const inside&) = delete;
        inside& operator=(const inside&) = delete;
    };

private:
    struct worker;
    struct shared;
    std::shared_ptr<shared> shared_;
};

}  // namespace parley::plugins

// A thread of its own for things that are done one after the other, and now and then.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace parley {

/// What work throws is logged, and the next is done.
class serial_thread {
public:
    using work = std::move_only_function<void()>;

    /// `tick` is run every so often, between two pieces of work.
    serial_thread(std::chrono::milliseconds every, work tick);
    ~serial_thread() { stop(); }
    serial_thread(const serial_thread&) = delete;
    serial_thread& operator=(const serial_thread&) = delete;

    /// Any thread. Dropped once the thread was stopped.
    void post(work);
    /// Finishes what is being done; what waits is dropped. Not from the thread itself; twice does nothing.
    void stop();

private:
    void run();

    const std::chrono::milliseconds every_;
    work tick_;
    std::mutex guard_;
    std::condition_variable wake_;
    std::deque<work> waiting_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace parley

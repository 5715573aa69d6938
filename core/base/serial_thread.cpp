// One queue, one thread.
#include "base/serial_thread.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace parley {
namespace {

void run_at_border(serial_thread::work& what) {
    try {
        what();
    } catch (const std::exception& why) {
        log::error("background work failed", {{"why", why.what()}});
    }
}

}  // namespace

serial_thread::serial_thread(std::chrono::milliseconds every, work tick)
    : every_(every), tick_(std::move(tick)), thread_([this] { run(); }) {}

void serial_thread::post(work what) {
    const std::lock_guard lock(guard_);
    if (stopped_) return;
    waiting_.push_back(std::move(what));
    wake_.notify_one();
}

void serial_thread::stop() {
    std::deque<work> dropped;
    {
        const std::lock_guard lock(guard_);
        stopped_ = true;
        dropped.swap(waiting_);
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void serial_thread::run() {
    auto next_tick = std::chrono::steady_clock::now() + every_;
    std::unique_lock lock(guard_);
    while (!stopped_) {
        wake_.wait_until(lock, next_tick, [this] { return stopped_ || !waiting_.empty(); });
        if (stopped_) return;
        work next;
        if (!waiting_.empty()) {
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        lock.unlock();
        if (next) run_at_border(next);
        next = nullptr;
        if (std::chrono::steady_clock::now() >= next_tick) {
            run_at_border(tick_);
            next_tick = std::chrono::steady_clock::now() + every_;
        }
        lock.lock();
    }
}

}  // namespace parley

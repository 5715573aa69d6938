// The loop of one I/O thread.
#include "transport/io_thread.hpp"

#include <pthread.h>

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "transport/outbox.hpp"

namespace parley::transport {

void census::arrive() {
    const std::lock_guard lock{guard_};
    ++present_;
}

void census::leave() {
    const std::lock_guard lock{guard_};
    if (--present_ == 0) empty_.notify_all();
}

bool census::wait_until_empty(std::chrono::milliseconds patience) {
    std::unique_lock lock{guard_};
    return empty_.wait_for(lock, patience, [this] { return present_ == 0; });
}

open_session::open_session(io_thread& home) : home_(home) {
    home_.sessions_.push_back(*this);
    home_.counters().connections_open.add(1);
    home_.census_.arrive();
}

open_session::~open_session() { leave(); }

void open_session::leave() {
    if (!std::exchange(present_, false)) return;
    home_.sessions_.erase(home_.sessions_.iterator_to(*this));
    home_.counters().connections_open.subtract(1);
    home_.census_.leave();
}

io_thread::io_thread(unsigned index, census& sessions, const fault_sink& on_fault)
    : index_(index), census_(sessions), on_fault_(on_fault) {}

io_thread::~io_thread() { stop_and_join(); }

void io_thread::start() {
    thread_ = std::thread{[this] { run(); }};
    ::pthread_setname_np(thread_.native_handle(), "parley io");  // for top, and for tests
}

void io_thread::stop_and_join() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void io_thread::run() {
    // An exception that comes this far is a fault of ours; it is reported and must not end everybody's connections.
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& what) {
            on_fault_(what.what());
        }
    }
}

void io_thread::post(std::move_only_function<void()> work) {
    const std::lock_guard held{inbox_guard_};
    // First, because it may throw: what is in the inbox is always fetched.
    if (inbox_.empty()) boost::asio::post(context_, [this] { take_in(); });
    inbox_.push_back(std::move(work));
}

void io_thread::take_in() {
    std::vector<std::move_only_function<void()>> all;
    {
        const std::lock_guard held{inbox_guard_};
        all.swap(inbox_);
    }
    for (auto& one : all) {
        // As in run(): the fault of one is nothing to the others.
        try {
            one();
        } catch (const std::exception& what) {
            on_fault_(what.what());
        }
        one = nullptr;  // what it held may end now, as after a handler
    }
}

void io_thread::flush_soon(std::shared_ptr<outbox> box) {
    // As in post(): whatever is in there is flushed.
    if (to_flush_.empty()) boost::asio::post(context_, [this] { flush_all(); });
    to_flush_.push_back(std::move(box));
}

void io_thread::flush_all() {
    const auto boxes = std::exchange(to_flush_, {});
    for (const auto& box : boxes) {
        // As in take_in().
        try {
            box->flush();
        } catch (const std::exception& what) {
            on_fault_(what.what());
        }
    }
}

void io_thread::drain_sessions() {
    draining_ = true;
    for_each_session(&open_session::drain);
}

void io_thread::abort_sessions() { for_each_session(&open_session::abort); }

void io_thread::for_each_session(void (open_session::*what)()) {
    // A session may end, and leave the list, while it is told.
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        auto& session = *at++;
        (session.*what)();
    }
}

}  // namespace parley::transport

// Work that takes long and needs no database: `co_await sdk::aside(work)` runs it on a thread beside those that answer
// calls, and gives what it gives.
//
//     const auto sum = co_await sdk::aside([&] { return checksum_of(path); });
//
// The coroutine goes on on that thread. There are two of them, or as many as `sdk::widen_aside` says; what waits for
// one when the plugin stops is dropped.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "parley/plugin.hpp"

namespace parley::sdk {

namespace detail {

/// A piece of work in the queue. Lives in the frame of the coroutine that waits for it.
struct aside_work {
    virtual void run() = 0;

protected:
    ~aside_work() = default;
};

class aside_threads final : public stoppable {
public:
    /// Started by its first use.
    [[nodiscard]] static aside_threads& all() {
        const std::lock_guard one_at_a_time(stoppables_lock());
        if (the_one() == nullptr) {
            auto made = std::unique_ptr<aside_threads>(new aside_threads);
            the_one() = made.get();
            stoppables().push_back(std::move(made));
        }
        return *the_one();
    }
    ~aside_threads() override {
        stop();
        the_one() = nullptr;
    }

    /// False after stop.
    [[nodiscard]] bool post(aside_work& work) {
        const std::lock_guard lock(lock_);
        if (stopped_) return false;
        queue_.push_back(&work);
        wake_.notify_one();
        return true;
    }
    void widen(std::size_t to) {
        const std::lock_guard lock(lock_);
        while (!stopped_ && threads_.size() < to) threads_.emplace_back([this] { work(); });
    }
    /// Finishes what is running.
    void stop() override {
        std::vector<std::thread> all;
        {
            const std::lock_guard lock(lock_);
            if (stopped_) return;
            stopped_ = true;
            all.swap(threads_);
        }
        wake_.notify_all();
        for (auto& one : all) one.join();
    }

private:
    aside_threads() { widen(2); }
    [[nodiscard]] static aside_threads*& the_one() {
        static aside_threads* one = nullptr;
        return one;
    }
    void work() {
        for (;;) {
            std::unique_lock lock(lock_);
            wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
            if (stopped_) return;
            auto* next = queue_.front();
            queue_.pop_front();
            lock.unlock();
            next->run();
        }
    }

    std::mutex lock_;
    std::condition_variable wake_;
    std::deque<aside_work*> queue_;
    bool stopped_ = false;
    std::vector<std::thread> threads_;
};

template <class T>
struct given_aside {
    using type = T;
};
template <class T>
struct given_aside<result<T>> {
    using type = T;
};

template <class Work, on_error Mode,
          class T = typename given_aside<std::invoke_result_t<std::remove_reference_t<Work>&>>::type>
class [[nodiscard]] working_aside : public awaiter<T, Mode>, private aside_work {
public:
    explicit working_aside(Work work) : work_(std::forward<Work>(work)) {}
    working_aside(working_aside&&) noexcept = default;

    template <class Promise>
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) {
        return this->suspend(waiter, [&] {
            if (!aside_threads::all().post(*this)) this->ended(unavailable("stopping", "The server is stopping."));
        });
    }
    /// To be awaited for a result<T>, instead of ending with the error.
    [[nodiscard]] auto as_result() && { return working_aside<Work, on_error::look>(std::forward<Work>(work_)); }

private:
    void run() override { this->ended(make()); }
    [[nodiscard]] result<T> make() {
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<std::remove_reference_t<Work>&>>) {
                work_();
                return {};
            } else {
                return work_();
            }
        } catch (const std::exception& thrown) {
            return failed(thrown.what());
        } catch (...) {
            return failed("something that is no std::exception was thrown");
        }
    }

    Work work_;
};

}  // namespace detail

/// From now on there are at least so many threads beside. They are not taken away again. since 1.0
inline void widen_aside(std::size_t threads) { detail::aside_threads::all().widen(threads); }

/// Runs `work` beside; an error that it gives ends the coroutine. since 1.0
template <class Work>
[[nodiscard]] auto aside(Work&& work) {
    static_assert(detail::is_safe_closure<Work>, PARLEY_HAZARD_SENTENCE);
    return detail::working_aside<Work, detail::on_error::end>(std::forward<Work>(work));
}

}  // namespace parley::sdk

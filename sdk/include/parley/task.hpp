// Coroutines that live wholly inside of a plugin: task<T>, and how one waits for another.
//
// `co_await x` gives x's value. When x ends with an error, the waiting coroutine ends with that error there and then,
// its locals are destroyed, and whoever waits for it ends likewise, up to the call, which is answered with it. Whoever
// wants to look at the error says `co_await x.as_result()`. An exception ends a task as PARLEY_FAILED.
//
// The hazard. GCC before 13 corrupts memory when an aggregate temporary, or a temporary lambda that captures by value,
// is born inside of a co_await expression. With such a compiler the SDK's own awaitables refuse these by static_assert;
// for awaitables of your own the rule is: name the object, then co_await. Clang and newer GCC have no such fault.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "parley/result.hpp"
#include "parley/runtime.hpp"

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#define PARLEY_COROUTINE_HAZARD 1
#else
#define PARLEY_COROUTINE_HAZARD 0
#endif

#define PARLEY_HAZARD_SENTENCE                                                                                   \
    "GCC before 13 destroys this temporary twice inside of co_await: name the object first, as in `const input " \
    "what{...}; co_await call.invoke(\"...\", what);`"
#define PARLEY_REFUSE_HAZARD(Deduced) \
    static_assert(::parley::sdk::detail::is_safe_value<Deduced>, PARLEY_HAZARD_SENTENCE)

namespace parley::sdk {

template <class T>
class task;

namespace detail {

/// Whether an argument of this deduced type (a reference for a named object) may stand inside of a co_await expression.
/// What needs no destruction cannot be destroyed twice; aggregates and closures are what GCC 12 gets wrong.
template <class Deduced>
inline constexpr bool is_safe_closure =
    !PARLEY_COROUTINE_HAZARD || std::is_lvalue_reference_v<Deduced> || std::is_trivially_destructible_v<Deduced>;
template <class Deduced>
inline constexpr bool is_safe_value = is_safe_closure<Deduced> || !std::is_aggregate_v<std::remove_cvref_t<Deduced>>;

/// What all promises share: who waits, and the error that this one ended with.
struct promise_base {
    std::coroutine_handle<> continuation;
    promise_base* heir = nullptr;  ///< who ends with our error; null: our waiter looks at it
    std::optional<error> failure;

    /// Who runs on when this one is at its end. Skips all that end with its error; they are destroyed by their owners.
    [[nodiscard]] std::coroutine_handle<> next() noexcept {
        auto* at = this;
        while (at->failure && at->heir != nullptr) {
            at->heir->failure = std::move(at->failure);
            at = at->heir;
        }
        return at->continuation;
    }

    struct finish {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
            return self.promise().next();
        }
        void await_resume() const noexcept {}
    };

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] finish final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept {
        try {
            throw;
        } catch (const std::exception& thrown) {
            failure = failed(thrown.what());
        } catch (...) {
            failure = failed("something that is no std::exception was thrown");
        }
    }
};

template <class T>
struct promise : promise_base {
    std::optional<T> value;

    [[nodiscard]] task<T> get_return_object();
    void return_value(error why) { failure = std::move(why); }
    void return_value(result<T> made) {
        if (made) {
            value.emplace(*std::move(made));
        } else {
            failure = std::move(made.error());
        }
    }
    template <class U>
        requires(std::is_convertible_v<U &&, T>)
    void return_value(U&& made) {
        value.emplace(std::forward<U>(made));
    }
    [[nodiscard]] result<T> take() {
        if (failure) return std::move(*failure);
        return std::move(*value);
    }
    [[nodiscard]] T take_value() { return std::move(*value); }
};

template <>
struct promise<void> : promise_base {
    [[nodiscard]] task<void> get_return_object();
    void return_void() const noexcept {}
    [[nodiscard]] result<void> take() {
        if (failure) return std::move(*failure);
        return {};
    }
    void take_value() const {}
};

enum class on_error : unsigned char { end = 1, look };

/// Where an error found in an awaiter's await_suspend goes.
template <class Promise>
[[nodiscard]] std::coroutine_handle<> end_with(std::coroutine_handle<Promise> waiter, error why) {
    waiter.promise().failure = std::move(why);
    return waiter.promise().next();
}

}  // namespace detail

/// Work that may wait. It starts when it is awaited, and belongs to whoever holds the task. A coroutine takes its
/// parameters by value. In a task<void> an error is said by `co_await sdk::conflict(...)`, in others also by co_return.
/// since 1.0
template <class T = void>
class [[nodiscard]] task {
public:
    using promise_type = detail::promise<T>;
    using value_type = T;

    explicit task(std::coroutine_handle<promise_type> work) : work_(work) {}
    task(task&& from) noexcept : work_(std::exchange(from.work_, {})) {}
    task& operator=(task&& from) noexcept {
        std::swap(work_, from.work_);
        return *this;
    }
    ~task() {
        if (work_) work_.destroy();
    }

    template <detail::on_error Mode>
    class waiting {
    public:
        explicit waiting(std::coroutine_handle<promise_type> work) : work_(work) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
            work_.promise().continuation = waiter;
            if constexpr (Mode == detail::on_error::end) work_.promise().heir = &waiter.promise();
            return work_;
        }
        auto await_resume() {
            if constexpr (Mode == detail::on_error::end) {
                return work_.promise().take_value();
            } else {
                return work_.promise().take();
            }
        }

    private:
        std::coroutine_handle<promise_type> work_;
    };

    [[nodiscard]] auto operator co_await() const noexcept { return waiting<detail::on_error::end>(work_); }
    /// To be awaited for a result<T>, instead of ending with the error. The task must outlive the waiting.
    [[nodiscard]] auto as_result() const noexcept { return waiting<detail::on_error::look>(work_); }

private:
    std::coroutine_handle<promise_type> work_;
};

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

template <class T>
task<T> promise<T>::get_return_object() {
    return task<T>(std::coroutine_handle<promise>::from_promise(*this));
}
inline task<void> promise<void>::get_return_object() {
    return task<void>(std::coroutine_handle<promise>::from_promise(*this));
}

/// A result at hand, awaited: its value, or the end.
template <class T>
class result_awaiter {
public:
    explicit result_awaiter(result<T> is) : is_(std::move(is)) {}
    [[nodiscard]] bool await_ready() const noexcept { return is_.has_value(); }
    template <class Promise>
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) {
        return end_with(waiter, std::move(is_.error()));
    }
    T await_resume() {
        if constexpr (!std::is_void_v<T>) return *std::move(is_);
    }

private:
    result<T> is_;
};

/// The outermost coroutine of a call: runs by itself, is known to the runtime, and destroys itself at its end.
struct root {
    struct promise_type : root_link, promise_base {
        promise_type() {
            destroy = [](root_link& self) {
                std::coroutine_handle<promise_type>::from_promise(static_cast<promise_type&>(self)).destroy();
            };
            home_.add(*this);
        }
        ~promise_type() { home_.remove(*this); }
        [[nodiscard]] root get_return_object() const { return {}; }
        [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}

    private:
        runtime& home_ = here();
    };
};

/// Runs the task and calls `finish` with its result. The caller is inside of the runtime's gate.
template <class T, class Finish>
root drive(task<T> work, Finish finish) {
    auto ended = co_await work.as_result();
    finish(std::move(ended));
}

}  // namespace detail

template <class T>
[[nodiscard]] auto operator co_await(result<T> is) {
    return detail::result_awaiter<T>(std::move(is));
}
/// Ends the task with this error.
[[nodiscard]] inline auto operator co_await(error why) { return detail::result_awaiter<void>(std::move(why)); }

/// Runs work that nobody waits for; what it ends with badly is logged. Thread: any, from start() to stop(). since 1.0
template <class T>
void spawn(task<T> work) {
    const detail::visit inside(detail::here());
    if (!inside) return;
    detail::drive(std::move(work), [](const auto& ended) {
        if (!ended)
            log::error("work in the background failed",
                       {{"code", ended.error().code}, {"why", ended.error().sentence}});
    });
}

}  // namespace parley::sdk

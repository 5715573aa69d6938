// What one loaded plugin has of its host: the tables, the gate that closes at the end, and the log.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "parley/abi/ext/host.h"
#include "parley/abi/plugin.h"
#include "parley/values.hpp"

// No object of C++ crosses the border; and nothing of a plugin is seen from outside of its library, because
// parley_add_plugin hides it (-fvisibility=hidden and a version script).

namespace parley::sdk {

namespace detail {

[[nodiscard]] inline parley_text borrow(std::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline std::string_view view(parley_text text) {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

/// A link in the list of what runs by itself; see task.hpp.
struct root_link {
    root_link* before = nullptr;
    root_link* after = nullptr;
    void (*destroy)(root_link&) = nullptr;
};

/// Everything that one loaded plugin shares. Made in setup, gone after stop.
class runtime {
public:
    explicit runtime(const parley_host* host)
        : host(host),
          replies(table<parley_replies>(PARLEY_REPLIES)),
          log(table<parley_log>(PARLEY_LOG)),
          kernel(table<parley_kernel>(PARLEY_KERNEL)),
          storage(table<parley_storage>(PARLEY_STORAGE)),
          jobs(table<parley_jobs>(PARLEY_JOBS)),
          services(table<parley_services>(PARLEY_SERVICES)),
          metrics(table<parley_metrics>(PARLEY_METRICS)) {
        if (replies == nullptr) throw std::runtime_error("this host has no parley.replies/1");
        roots_.before = roots_.after = &roots_;
        active() = this;
    }
    ~runtime() { active() = nullptr; }
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    /// The one of this library; null before setup and after stop.
    [[nodiscard]] static runtime*& active() {
        static runtime* the_one = nullptr;
        return the_one;
    }

    template <class Table>
    [[nodiscard]] const Table* table(std::string_view id) const {
        return static_cast<const Table*>(host->extension(host, borrow(id)));
    }

    /// Whoever runs code of the plugin is inside while doing so; false: the plugin has stopped.
    [[nodiscard]] bool enter() {
        inside_.fetch_add(1);
        if (!closed_) return true;
        leave();
        return false;
    }
    void leave() {
        if (inside_.fetch_sub(1) == 1 && closed_) inside_.notify_all();
    }

    void add(root_link& one) {
        const std::lock_guard lock(roots_lock_);
        one.before = roots_.before;
        one.after = &roots_;
        one.before->after = one.after->before = &one;
    }
    void remove(root_link& one) {
        const std::lock_guard lock(roots_lock_);
        if (one.before == nullptr) return;
        one.before->after = one.after;
        one.after->before = one.before;
        one.before = one.after = nullptr;
    }

    /// Lets nobody in any more, and waits until everybody is out.
    void close() {
        closed_ = true;
        for (auto left = inside_.load(); left != 0; left = inside_.load()) inside_.wait(left);
    }
    /// Destroys the coroutines that still wait. After close, and when no thread of the plugin's works for them any
    /// more.
    void destroy_waiting() {
        while (roots_.after != &roots_) {
            auto& one = *roots_.after;
            remove(one);
            one.destroy(one);
        }
    }

    const parley_host* const host;
    const parley_replies* const replies;
    const parley_log* const log;
    const parley_kernel* const kernel;
    const parley_storage* const storage;
    const parley_jobs* const jobs;
    const parley_services* const services;
    const parley_metrics* const metrics;

private:
    std::atomic<int> inside_{0};
    std::atomic<bool> closed_{false};
    std::mutex roots_lock_;
    root_link roots_;
};

/// Inside while it lives.
class visit {
public:
    explicit visit(runtime& where) : where_(where), inside_(where.enter()) {}
    ~visit() {
        if (inside_) where_.leave();
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    explicit operator bool() const { return inside_; }

private:
    runtime& where_;
    bool inside_;
};

[[nodiscard]] inline runtime& here() {
    auto* found = runtime::active();
    if (found == nullptr) throw std::logic_error("there is no host before setup and after stop");
    return *found;
}

inline void write_log(std::uint32_t level, std::string_view message, const boost::json::object& fields) {
    const auto* now = runtime::active();
    if (now == nullptr || now->log == nullptr) return;
    const auto text = fields.empty() ? std::string() : boost::json::serialize(fields);
    now->log->write(now->host, level, borrow(message), borrow(text));
}

}  // namespace detail

/// Lines of the server's log, named after the plugin. Fields are a flat object; never put secrets into them.
/// Thread: any, from setup to stop. since 1.0
namespace log {

inline void debug(std::string_view message, const boost::json::object& fields = {}) {
    detail::write_log(PARLEY_DEBUG, message, fields);
}
inline void info(std::string_view message, const boost::json::object& fields = {}) {
    detail::write_log(PARLEY_INFO, message, fields);
}
inline void warning(std::string_view message, const boost::json::object& fields = {}) {
    detail::write_log(PARLEY_WARNING, message, fields);
}
inline void error(std::string_view message, const boost::json::object& fields = {}) {
    detail::write_log(PARLEY_ERROR, message, fields);
}

}  // namespace log

/// The time that the server goes by, in milliseconds since 1970 in UTC; in tests it stands until it is moved.
/// Thread: any, from setup to stop. since 1.0
[[nodiscard]] inline std::int64_t now() { return detail::here().kernel->now(detail::here().host); }

/// A new id; ids order by time, and no two servers make alike. Thread: any, from setup to stop. since 1.0
[[nodiscard]] inline id next_id() { return id(detail::here().kernel->next_id(detail::here().host)); }

namespace detail {

class metric {
public:
    metric() = default;
    explicit metric(std::uint32_t number) : number_(number) {}

protected:
    void record(double value) const {
        const auto* now = runtime::active();
        if (now != nullptr && now->metrics != nullptr) now->metrics->record(now->host, number_, value);
    }

private:
    std::uint32_t number_ = 0;
};

}  // namespace detail

/// Metrics: values to be copied, made by registry; any thread. since 1.0
class counter : public detail::metric {
public:
    using metric::metric;
    void add(double value = 1) const { record(value); }
};
class gauge : public detail::metric {
public:
    using metric::metric;
    void set(double value) const { record(value); }
};
class histogram : public detail::metric {
public:
    using metric::metric;
    /// In seconds.
    void observe(double value) const { record(value); }
};

}  // namespace parley::sdk

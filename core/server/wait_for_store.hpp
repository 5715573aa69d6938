// The store's jobs as plain calls, for threads that have nothing else to do: the command line and the start.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "kernel/ports.hpp"

namespace parley::server {

/// The answer of a job that may run more than once and is waited for once.
template <class Answer>
class awaited {
public:
    void give(Answer made) {
        if (!given_) promise_.set_value(std::move(made));
        given_ = true;
    }
    [[nodiscard]] bool given() const { return given_; }
    [[nodiscard]] Answer wait() { return promise_.get_future().get(); }

private:
    std::promise<Answer> promise_;
    bool given_ = false;  // used on the store's thread of this job only
};

/// Runs `work(reading&)`, which answers a result, and waits for it. Not to be called from a job.
template <class Work>
[[nodiscard]] auto read_now(kernel::store& store, tenant_id tenant, Work work) {
    using answer = std::invoke_result_t<Work&, kernel::reading&>;
    const auto shared = std::make_shared<awaited<answer>>();
    store.read({.tenant = tenant,
                .run =
                    [shared, work](kernel::reading& from) mutable {
                        if (!shared->given()) shared->give(work(from));
                    },
                .failed = [shared](error why) { shared->give(std::unexpected(std::move(why))); }});
    return shared->wait();
}

/// Runs `work(writing&)`, which answers a result, in a transaction and waits for the commit. What fails has not
/// written. Not to be called from a job.
template <class Work>
[[nodiscard]] auto write_now(kernel::store& store, tenant_id tenant, Work work) {
    using answer = std::invoke_result_t<Work&, kernel::writing&>;
    struct state {
        awaited<answer> out;
        std::optional<answer> made;
    };
    const auto shared = std::make_shared<state>();
    store.write({.tenant = tenant,
                 .author = {},
                 .client_key = {},
                 .apply =
                     [shared, work](kernel::writing& to) mutable {
                         shared->made.emplace(work(to));
                         return shared->made->has_value();
                     },
                 .finish =
                     [shared](std::optional<error> why) {
                         if (why) return shared->out.give(std::unexpected(std::move(*why)));
                         shared->out.give(std::move(*shared->made));
                     }});
    return shared->out.wait();
}

/// Runs `work(directory&)`, which answers a result and only reads, and waits for it. Not to be called from a job.
template <class Work>
[[nodiscard]] auto look_up_now(kernel::store& store, Work work) {
    using answer = std::invoke_result_t<Work&, kernel::directory&>;
    const auto shared = std::make_shared<awaited<answer>>();
    store.with_directory(
        [shared, work](kernel::directory& all) mutable {
            if (!shared->given()) shared->give(work(all));
        },
        [shared](error why) { shared->give(std::unexpected(std::move(why))); });
    return shared->wait();
}

}  // namespace parley::server

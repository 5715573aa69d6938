// Calls of everything but message hooks: commands, events, jobs, services, judged changes, health.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "plugins/answer.hpp"
#include "plugins/callers.hpp"
#include "plugins/executor.hpp"
#include "plugins/replies.hpp"
#include "plugins/snapshot.hpp"
#include "plugins/tenant_names.hpp"

namespace parley::plugins {

/// One call, all of it owned.
struct call_request {
    call_kind kind = call_kind::command;
    std::uint32_t number = 0;  ///< in the bindings of that kind
    std::string name;          ///< as it was registered
    tenant_id tenant{};
    std::string tenant_name;
    std::string model;
    user_id user{};
    std::string username;
    std::string request_id;
    std::string input = "{}";
    ticks patience = std::chrono::seconds{30};
    std::optional<kernel::caller> for_whom;  ///< whose rights `invoke` has
    unsigned depth = 0;
};

using answer_taker = std::move_only_function<void(answer)>;

/// Safe to use from any thread; must outlive its calls.
class call_desk {
public:
    call_desk(replies& open, executor& threads, callers& known, tenant_names& names, const monotonic& passing,
              const clock& time)
        : open_(open), threads_(threads), known_(known), names_(names), passing_(passing), time_(time) {}

    /// Calls back exactly once, on any thread, also from inside. The generation is kept until then.
    void call(std::shared_ptr<const snapshot>, plugin&, call_request, answer_taker);

private:
    class one_call;
    replies& open_;
    executor& threads_;
    callers& known_;
    tenant_names& names_;
    const monotonic& passing_;
    const clock& time_;
};

}  // namespace parley::plugins

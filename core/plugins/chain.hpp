// Lets plugins judge: the kernel's port, over the generation in force.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "kernel/judging.hpp"
#include "plugins/call_desk.hpp"
#include "plugins/message_run.hpp"

namespace parley::plugins {

/// Safe to use from any thread. What began in one generation sees that one to its end.
class chain final : public kernel::judges {
public:
    chain(replies& open, executor& threads, call_desk& desk, tenant_names& names, const monotonic& time)
        : open_(open), threads_(threads), desk_(desk), names_(names), time_(time), now_(std::make_shared<snapshot>()) {}

    /// Until the first one nobody judges anything.
    void swap(std::shared_ptr<const snapshot>);
    [[nodiscard]] std::shared_ptr<const snapshot> now() const;

    [[nodiscard]] bool any(std::string_view tenant_name, std::string_view what) const override;
    void judge(kernel::message_case, std::move_only_function<void(result<kernel::judgement>)>) override;
    void judge(kernel::change_case, std::move_only_function<void(result<void>)>) override;

private:
    class change_run;

    replies& open_;
    executor& threads_;
    call_desk& desk_;
    tenant_names& names_;
    const monotonic& time_;
    std::atomic<bool> empty_{true};
    // Not std::atomic<std::shared_ptr>: that of libstdc++ 12 lets go of a read with relaxed order, which is a race.
    mutable std::mutex guard_;
    std::shared_ptr<const snapshot> now_;
};

}  // namespace parley::plugins

// One message on its way past the hooks.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/judging.hpp"
#include "plugins/executor.hpp"
#include "plugins/replies.hpp"
#include "plugins/snapshot.hpp"

namespace parley::plugins {

using judgement_taker = std::move_only_function<void(result<kernel::judgement>)>;

/// Asks one hook after the other. A hook that answers inside of its call costs no allocation and no other thread; one
/// that answers later goes on with the next on a thread of the executor's; one that does not answer is over at its
/// deadline, even when it never gives its thread back.
class message_run final : public task, public waiter, public std::enable_shared_from_this<message_run> {
public:
    /// `list` belongs to the generation, which is kept. All that is referred to must outlive the run.
    message_run(replies&, executor&, const monotonic&, std::shared_ptr<const snapshot> generation,
                const hook_list& list, const scope_view& scope, kernel::message_case, judgement_taker);

    /// Where all of it begins; on a thread of the executor's, or in a test on any.
    void run() override;
    void hangs() override;
    void dropped() override;

    void answered(parley_reply, const parley_outcome&) override;
    void timed_out(parley_reply) override;

private:
    enum class where : std::uint8_t {
        idle = 0,
        calling,   ///< inside of the hook
        answered,  ///< the same, and it has answered there
        waiting,   ///< the hook has returned without an answer
        moved      ///< another thread goes on; whoever comes back from the hook does nothing more
    };
    enum class said : std::uint8_t { none = 1, passed, refused, held, failed, timed_out };

    [[nodiscard]] bool ask(const hook_use&);
    [[nodiscard]] bool take_back(std::uint64_t step);
    /// Whether the chain goes on.
    [[nodiscard]] bool conclude(const hook_use&);
    [[nodiscard]] bool fail(const hook_use&);
    void pass_on();
    void go_on_elsewhere();
    void take(const parley_outcome&);
    [[nodiscard]] bool amend(const parley_amendment&);
    void finish(result<kernel::judgement>);
    [[nodiscard]] kernel::judgement final_words();
    [[nodiscard]] parley_message_draft shown() const;

    [[nodiscard]] static std::uint64_t state_of(std::uint64_t step, where at) {
        return step << 3 | static_cast<std::uint64_t>(at);
    }

    replies& open_;
    executor& threads_;
    const monotonic& time_;
    std::shared_ptr<const snapshot> generation_;
    const hook_list& list_;
    const scope_view& scope_;
    kernel::message_case of_;
    judgement_taker taker_;
    std::shared_ptr<message_run> self_;  // from the first call to the end

    std::atomic<std::uint64_t> state_{0};  // the step, counted, and where it is
    std::atomic<std::uint64_t> step_{0};   // that is or was asked; from 1
    said said_ = said::none;
    std::string code_;
    std::string sentence_;
    ticks began_{};

    // Words that a hook amended are kept to the end: a hook that does not come back may still be reading them.
    std::deque<std::string> kept_;
    parley_text type_{};
    parley_text text_{};
    parley_text data_{};
    bool data_amended_ = false;
    std::vector<hold> holds_;
};

}  // namespace parley::plugins

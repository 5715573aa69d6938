// The one way in for messages and edits that clients and plugins ask for: past those who judge, where somebody does.
#pragma once

#include <functional>
#include <memory>

#include "kernel/edit_message.hpp"
#include "kernel/judging.hpp"
#include "kernel/send_message.hpp"

namespace parley::kernel {

class author_lanes;

/// Where nobody judges, a draft goes into the store's queue at once. Elsewhere it is read and checked, then judged
/// outside of any transaction, then written as it was judged. Drafts of one author are read and judged one after the
/// other, so that they reach the queue in the order in which they came. Safe to call from any thread.
class judged_messages {
public:
    /// The most drafts of one author that wait for their turn; one more is `unavailable`.
    static constexpr std::size_t most_waiting = 32;

    /// All three outlive this and whatever is still on its way.
    judged_messages(const environment& env, store& rows, judges& by);

    /// Calls back exactly once, from any thread; also from inside.
    void send(caller, send_message_command, std::move_only_function<void(result<sent_message>)>);
    void edit(caller, edit_message_command, std::move_only_function<void(result<edited_message>)>);

    /// Authors with a draft that is being read or judged.
    [[nodiscard]] std::size_t lanes() const;

private:
    const environment& env_;
    store& rows_;
    judges& judges_;
    std::shared_ptr<author_lanes> lanes_;  // a draft that is forgotten by everybody may outlive us
};

}  // namespace parley::kernel
